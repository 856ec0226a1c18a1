import { keccak256, toHex } from 'viem';
import type { Caip2 } from '../../router/core/caip2.ts';
import { CAPABILITY_BITS } from '../../router/core/capability.ts';
import { unixSeconds } from '../../router/core/units.ts';
import type { RegistryEvent } from '../../router/registry/events.ts';
import { emptySet, type NetworkKey, type ProviderSet } from '../../router/registry/providerSet.ts';
import { applyBlock } from '../../router/registry/reduce.ts';
import { providerAddress } from './actionCall.ts';

export interface SetPlan {
  /** All of them active. */
  readonly services: number;
  readonly networks: number;
}

// As most providers have it.
const SERVICES_PER_PROVIDER = 3;
const MIN_STAKE = 100n;
const SLA = {
  minAvailabilityBps: 0,
  maxP95LatencyMs: 500,
  maxP95BlockLag: 5,
  maxMismatches: 0,
  minSamples: 1,
};
const BLOCK = {
  number: 1n,
  hash: `0x${'11'.repeat(32)}`,
  parentHash: `0x${'00'.repeat(32)}`,
  timestamp: unixSeconds(1_750_000_000),
} as const;
const OFFERS = [
  CAPABILITY_BITS.full,
  CAPABILITY_BITS.full | CAPABILITY_BITS.websocket,
  CAPABILITY_BITS.full | CAPABILITY_BITS.archive,
];

export function networkKey(index: number): NetworkKey {
  return keccak256(toHex(`network ${index}`)) as NetworkKey;
}

/** A set of as many services, by the events that make it. */
export function syntheticSet({ services, networks }: SetPlan): ProviderSet {
  const at = { blockNumber: BLOCK.number, logIndex: 0 };
  const events: RegistryEvent[] = [];
  for (let index = 0; index < networks; index++) {
    const caip2 = `eip155:${1_000 + index}` as Caip2;
    const named = { network: networkKey(index), caip2, slug: `network-${index}` };
    events.push({ ...at, type: 'networkAdded', ...named, minStake: MIN_STAKE, sla: SLA });
  }
  const perProvider = Math.min(networks, SERVICES_PER_PROVIDER);
  for (let service = 0; service < services; service++) {
    const index = Math.floor(service / perProvider);
    const provider = providerAddress(index);
    if (service % perProvider === 0) {
      const tokens = MIN_STAKE * BigInt(perProvider);
      events.push({ ...at, type: 'stakeChanged', provider, tokens });
      events.push({ ...at, type: 'providerRegistered', provider, signer: provider, metadata: '' });
    }
    const network = networkKey((index + (service % perProvider)) % networks);
    const url = `https://rpc-${index}.nodes-example.org/${service % perProvider}`;
    const capabilities = OFFERS[service % OFFERS.length] ?? CAPABILITY_BITS.full;
    const offer = { provider, network, serviceId: service + 1, url, capabilities, minStake: MIN_STAKE };
    events.push({ ...at, type: 'serviceAdded', ...offer });
  }
  return applyBlock(emptySet(BLOCK), BLOCK, events);
}
