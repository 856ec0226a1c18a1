import { expect, test } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { ms, unixSeconds } from '../core/units.ts';
import { emptySet } from '../registry/providerSet.ts';
import type { NetworkRouter, ServiceView } from './networkRouter.ts';
import { gatewayStatus } from './status.ts';

const view: ServiceView = {
  key: 'k',
  label: '0xAbCd…1234',
  tier: 'network',
  provider: '0xAbCd000000000000000000000000000000001234',
  state: 'ineligible',
  reason: 'lagging',
  head: undefined,
  latencyMs: 12.3456,
  breaker: 'closed',
  inFlight: 1,
  calls: 2,
  failures: 0,
};
const router: NetworkRouter = {
  caip2: 'eip155:1' as Caip2,
  slug: 'ethereum',
  setServices: () => undefined,
  forward: () => Promise.reject(new Error('not asked here')),
  reportHead: () => undefined,
  services: () => [view],
  hasEligible: () => false,
  agreedHead: () => 9,
};
const source = { via: undefined, backfill: undefined, endpoints: [] } as const;
const totals = { calls: 3, failed: 0, failovers: 1 };

test('shows the set, the networks and each service with its reason', () => {
  const set = emptySet({
    number: 12n,
    hash: '0x1',
    parentHash: '0x0',
    timestamp: unixSeconds(1_700_000_000),
  });
  const status = {
    ...source,
    state: 'stale',
    ageMs: ms(5_000.4),
    lastError: 'no answer from https://rpc.example/key',
  } as const;
  const settlement = { chainId: 1, set, status };
  expect(gatewayStatus({ version: '1.0.0', draining: false, settlement, routers: [router], totals })).toEqual(
    {
      version: '1.0.0',
      draining: false,
      settlement: {
        chainId: 1,
        block: 12,
        blockTimestamp: 1_700_000_000,
        state: 'stale',
        ageMs: 5_000,
        lastError: 'no answer from https://rpc.example/***',
        successor: null,
      },
      networks: [
        {
          caip2: 'eip155:1',
          slug: 'ethereum',
          head: 9,
          services: [
            {
              label: '0xAbCd…1234',
              provider: '0xAbCd000000000000000000000000000000001234',
              tier: 'network',
              state: 'ineligible',
              reason: 'lagging',
              head: null,
              latencyMs: 12.3,
              breaker: 'closed',
              inFlight: 1,
              calls: 2,
              failures: 0,
            },
          ],
        },
      ],
      totals,
    },
  );
});

test('before the first set, and without a settlement chain, what is not known is null', () => {
  const status = { ...source, state: 'starting', ageMs: ms(1), lastError: undefined } as const;
  const settlement = { chainId: 1, set: undefined, status };
  const base = { version: '1.0.0', draining: false, routers: [], totals };
  expect(gatewayStatus({ ...base, settlement }).settlement).toMatchObject({ block: null, lastError: null });
  expect(gatewayStatus({ ...base, settlement: undefined }).settlement).toBeNull();
});
