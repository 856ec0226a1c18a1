/** Random events for property tests: a world so small that they meet, and orders that no contract would allow. */
import fc from 'fast-check';
import type { Caip2 } from '../core/caip2.ts';
import { unixSeconds } from '../core/units.ts';
import type { RegistryEvent } from './events.ts';
import type { Address, BlockRef, Hex, NetworkKey } from './providerSet.ts';

export const PROVIDERS = [1, 2, 3, 4].map((n) => `0x${n.toString(16).padStart(40, '0')}` as Address);
export const NETWORKS = [1, 2, 3].map((n) => `0x${n.toString(16).padStart(64, '0')}` as NetworkKey);

const sla = {
  minAvailabilityBps: 9000,
  maxP95LatencyMs: 2000,
  maxP95BlockLag: 10,
  maxMismatches: 0,
  minSamples: 3,
};

const provider = fc.constantFrom(...PROVIDERS);
const network = fc.constantFrom(...NETWORKS);
const amount = fc.integer({ min: 0, max: 30 }).map(BigInt);
const minStake = fc.integer({ min: 0, max: 10 }).map(BigInt);
/** A uint32 on-chain: bits that mean nothing too. */
const capabilities = fc.oneof(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const url = fc.webUrl();
const metadata = fc.string({ maxLength: 5 });
const serviceId = fc.integer({ min: 1, max: 6 });
/** Near the times of {@link blockAt}, and for good. */
const until = fc
  .oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 40 }) },
    { weight: 1, arbitrary: fc.constant(2 ** 48 - 1) },
  )
  .map(unixSeconds);

const typed = <T extends RegistryEvent['type']>(...types: T[]) => fc.constantFrom(...types);

export const arbitraryEvent: fc.Arbitrary<RegistryEvent> = fc.oneof(
  fc.record({
    type: typed('networkAdded'),
    network,
    caip2: fc.constantFrom('eip155:1' as Caip2, 'eip155:10' as Caip2),
    slug: fc.constantFrom('one', 'ten'),
    minStake,
    sla: fc.constant(sla),
    ...at(),
  }),
  fc.record({ type: typed('networkUpdated'), network, minStake, sla: fc.constant(sla), ...at() }),
  fc.record({ type: typed('networkRetired'), network, ...at() }),
  fc.record({ type: typed('providerRegistered'), provider, signer: provider, metadata, ...at() }),
  fc.record({ type: typed('metadataSet'), provider, metadata, ...at() }),
  fc.record({ type: typed('signerRotated'), provider, signer: provider, ...at() }),
  fc.record({
    type: typed('serviceAdded', 'serviceUpdated'),
    provider,
    network,
    serviceId,
    url,
    capabilities,
    minStake,
    ...at(),
  }),
  fc.record({ type: typed('serviceStakeSynced'), provider, network, minStake, ...at() }),
  fc.record({
    type: typed('servicePaused', 'serviceResumed', 'serviceRemoved'),
    provider,
    network,
    ...at(),
  }),
  fc.record({ type: typed('providerJailed'), provider, until, ...at() }),
  fc.record(
    { type: typed('stakeChanged'), provider, tokens: amount, thawing: amount, locked: amount, ...at() },
    { requiredKeys: ['type', 'provider', 'blockNumber', 'logIndex'] },
  ),
  fc.record({ type: typed('registryReplaced'), successor: provider, ...at() }),
);

/** The fold does not look at the place: the source has put the events in order. */
function at() {
  return { blockNumber: fc.constant(0n), logIndex: fc.constant(0) };
}

/** Most random events need these before them to matter. */
export const opening: readonly RegistryEvent[] = [
  ...NETWORKS.slice(0, 2).map((key, index): RegistryEvent => {
    const caip2 = `eip155:${index}` as Caip2;
    return { type: 'networkAdded', network: key, caip2, slug: `n${index}`, minStake: 1n, sla, ...nowhere() };
  }),
  ...PROVIDERS.slice(0, 3).flatMap((id): RegistryEvent[] => [
    { type: 'providerRegistered', provider: id, signer: id, metadata: '', ...nowhere() },
    { type: 'stakeChanged', provider: id, tokens: 20n, ...nowhere() },
  ]),
];

function nowhere() {
  return { blockNumber: 0n, logIndex: 0 };
}

/** A block of a branch; blocks of different branches have different hashes. Two seconds apart. */
export function blockAt(number: number, branch = 0, parentBranch = branch): BlockRef {
  return {
    number: BigInt(number),
    hash: blockHash(number, branch),
    parentHash: blockHash(number - 1, parentBranch),
    timestamp: unixSeconds(2 * number),
  };
}

function blockHash(number: number, branch: number): Hex {
  return `0x${branch.toString(16).padStart(32, '0')}${(number + 1).toString(16).padStart(32, '0')}`;
}
