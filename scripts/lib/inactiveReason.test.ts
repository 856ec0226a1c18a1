import { expect, test } from 'vitest';
import { inactiveReason } from './inactiveReason.ts';
import type { ProviderState, ServiceState } from './providerState.ts';

const provider: ProviderState = {
  id: '0x0000000000000000000000000000000000000001',
  signer: '0x0000000000000000000000000000000000000001',
  jailedUntil: 100,
  requiredStake: 10n,
  bond: { tokens: 12n, thawing: 3n, thawEnd: 0, locked: 0n, retiredLocked: 0n },
};
const live: ServiceState = { id: 1, status: 'live', capabilities: 1, minStake: 10n };
const network = { status: 'live' } as const;

test.each([
  ['removed', { ...live, status: 'removed' } as const, network, 0],
  ['paused', { ...live, status: 'paused' } as const, network, 0],
  ['the network is retired', live, { status: 'retired' } as const, 0],
  ['jailed until 1970-01-01 00:01:40 UTC', live, network, 99],
  ['not enough stake', live, network, 100],
])('says "%s"', (reason, service, of, now) => {
  expect(inactiveReason(provider, service, of, now)).toBe(reason);
});
