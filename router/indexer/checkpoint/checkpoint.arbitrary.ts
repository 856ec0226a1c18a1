/** For the checkpoint's tests: sets of any history, and what two sets must have in common to be the same. */
import fc from 'fast-check';
import { arbitraryEvent, blockAt, NETWORKS, opening, PROVIDERS } from '../../registry/events.arbitrary.ts';
import type { RegistryEvent } from '../../registry/events.ts';
import { emptySet } from '../../registry/providerSet.ts';
import { applyBlock } from '../../registry/reduce.ts';

const place = { blockNumber: fc.constant(0n), logIndex: fc.constant(0) };
const provider = fc.constantFrom(...PROVIDERS);
/** Any UTF-16: NUL, quotes, halves of surrogate pairs. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\0', 'a\0b', '\ud800', '"\'\\', '\u2028'),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);
const uint256 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });

/** Values at the edges of what the contracts can say. */
const extremeEvent: fc.Arbitrary<RegistryEvent> = fc.oneof(
  fc.record({ type: fc.constant('metadataSet' as const), provider, metadata: anyText, ...place }),
  fc.record({
    type: fc.constant('stakeChanged' as const),
    provider,
    tokens: uint256,
    thawing: uint256,
    locked: uint256,
    ...place,
  }),
  fc.record({
    type: fc.constant('serviceAdded' as const),
    provider,
    network: fc.constantFrom(...NETWORKS),
    serviceId: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    url: anyText,
    capabilities: fc.integer({ min: 0, max: 2 ** 16 - 1 }),
    minStake: uint256,
    ...place,
  }),
);

export const arbitraryEvents: fc.Arbitrary<RegistryEvent[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: arbitraryEvent }, { weight: 1, arbitrary: extremeEvent }),
  { maxLength: 40 },
);

const offers: readonly RegistryEvent[] = PROVIDERS.flatMap((id, index) =>
  NETWORKS.map((network) => ({
    type: 'serviceAdded',
    provider: id,
    network,
    serviceId: index,
    url: 'https://node.example.org/',
    capabilities: 1,
    minStake: 1n,
    blockNumber: 0n,
    logIndex: 0,
  })),
);

/** In any order: the first network opened is not the one with the smallest key. */
const openings = fc.shuffledSubarray([...opening, ...offers], { minLength: opening.length });

/** A set of any history. */
export const arbitrarySet = fc
  .tuple(openings, arbitraryEvents)
  .map(([first, events]) => applyBlock(emptySet(blockAt(0)), blockAt(1), [...first, ...events]));
