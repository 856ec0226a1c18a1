/** A settlement chain in memory, with all branches that it ever was on, and random changes of it. */
import fc from 'fast-check';
import { arbitraryEvent, blockAt } from '../../registry/events.arbitrary.ts';
import type { RegistryEvent } from '../../registry/events.ts';
import { type BlockRef, emptySet, type Hex, type ProviderSet } from '../../registry/providerSet.ts';
import { applyBlock } from '../../registry/reduce.ts';

export interface ModelBlock {
  readonly ref: BlockRef;
  readonly branch: number;
  readonly events: readonly RegistryEvent[];
}

export interface ModelChain {
  /** As it is now, from block 0, which has no events. */
  blocks(): readonly ModelBlock[];
  mine(...blocks: (readonly RegistryEvent[])[]): void;
  /** Other blocks in place of the newest `depth`. */
  reorg(depth: number, ...blocks: (readonly RegistryEvent[])[]): void;
  /** Back on a branch that it was on, a block longer than the one it leaves. */
  goBackTo(branch: readonly ModelBlock[]): void;
  /** The fold of the branch that ends in the block, whether or not the chain is still on it. */
  setAt(hash: Hex): ProviderSet;
}

export function createModelChain(): ModelChain {
  const genesis: ModelBlock = { ref: blockAt(0), branch: 0, events: [] };
  const sets = new Map<Hex, ProviderSet>([[genesis.ref.hash, emptySet(genesis.ref)]]);
  let blocks = [genesis];
  let branch = 0;

  function mineOne(events: readonly RegistryEvent[]): void {
    const parent = blocks.at(-1) ?? genesis;
    const ref = blockAt(blocks.length, branch, parent.branch);
    const placed = events.map((event, logIndex) => ({ ...event, blockNumber: ref.number, logIndex }));
    blocks = [...blocks, { ref, branch, events: placed }];
    sets.set(ref.hash, applyBlock(setAt(parent.ref.hash), ref, placed));
  }

  function setAt(hash: Hex): ProviderSet {
    const set = sets.get(hash);
    if (set === undefined) throw new RangeError(`no branch ever had the block ${hash}`);
    return set;
  }

  return {
    blocks: () => blocks,
    mine(...mined) {
      for (const events of mined) mineOne(events);
    },
    reorg(depth, ...mined) {
      blocks = blocks.slice(0, Math.max(1, blocks.length - depth));
      branch += 1;
      for (const events of mined) mineOne(events);
    },
    goBackTo(former) {
      const length = blocks.length;
      blocks = [...former];
      branch += 1;
      while (blocks.length <= length) mineOne([]);
    },
    setAt,
  };
}

const someEvents = fc.array(arbitraryEvent, { maxLength: 3 });
const fewBlocks = fc.array(someEvents, { minLength: 1, maxLength: 4 });
/** More than are read one by one. */
export const manyBlocks = fc.array(someEvents, { minLength: 20, maxLength: 30 });

/** Growth, or a reorg. */
export interface ChainChange {
  readonly depth: number;
  readonly blocks: readonly (readonly RegistryEvent[])[];
}

export const arbitraryChange: fc.Arbitrary<ChainChange> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ depth: fc.constant(0), blocks: fewBlocks }) },
  { weight: 1, arbitrary: fc.record({ depth: fc.constant(0), blocks: manyBlocks }) },
  { weight: 4, arbitrary: fc.record({ depth: fc.integer({ min: 1, max: 4 }), blocks: fewBlocks }) },
  { weight: 1, arbitrary: fc.record({ depth: fc.integer({ min: 1, max: 20 }), blocks: manyBlocks }) },
);

/** A new branch becomes the chain by being longer. */
export function change(chain: ModelChain, { depth, blocks }: ChainChange): void {
  const missing = Array.from({ length: Math.max(0, depth + 1 - blocks.length) }, () => []);
  chain.reorg(depth, ...blocks, ...missing);
}
