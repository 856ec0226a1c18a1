import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryEvent, blockAt, opening } from '../registry/events.arbitrary.ts';
import type { RegistryEvent } from '../registry/events.ts';
import { type BlockRef, emptySet, type ProviderSet } from '../registry/providerSet.ts';
import { applyBlock } from '../registry/reduce.ts';
import { catchUp, ReorgTooDeepError } from './catchUp.ts';
import type { ChainReader } from './chainReader.ts';
import { newest, openWindow, type ReorgWindow } from './reorgWindow.ts';

interface ModelBlock extends BlockRef {
  readonly events: readonly RegistryEvent[];
  readonly branch: number;
}

/** A chain in memory that can change between any two requests. Forgets the logs of blocks that it left. */
class ModelChain {
  readonly blocks: ModelBlock[] = [{ ...blockAt(0), events: [], branch: 0 }];
  readonly changes: (() => void)[] = [];
  requests = 0;
  #branches = 0;

  mine(...blocks: (readonly RegistryEvent[])[]): void {
    for (const events of blocks) {
      const parent = this.blocks.at(-1) as ModelBlock;
      const number = this.blocks.length;
      this.blocks.push({ ...blockAt(number, this.#branches, parent.branch), events, branch: this.#branches });
    }
  }

  reorg(depth: number, ...blocks: (readonly RegistryEvent[])[]): void {
    this.blocks.splice(Math.max(1, this.blocks.length - depth));
    this.#branches += 1;
    this.mine(...blocks);
  }

  reader(): ChainReader {
    const answer = async <T>(read: () => T): Promise<T> => {
      this.changes.shift()?.();
      this.requests += 1;
      return read();
    };
    return {
      head: () => answer(() => this.blocks.at(-1) as ModelBlock),
      blockAt: (number) => answer(() => this.blocks[Number(number)]),
      eventsOf: (hash) => answer(() => this.blocks.find((block) => block.hash === hash)?.events ?? []),
      eventsBetween: (from, to) =>
        answer(() => this.blocks.slice(Number(from), Number(to) + 1).flatMap(({ events }) => events)),
    };
  }

  /** The chain as it is now, folded from its first block. */
  replay(): ProviderSet {
    return this.blocks.reduce(
      (set, { events, branch: _, ...block }) => applyBlock(set, block, events),
      fresh(),
    );
  }
}

function fresh(): ProviderSet {
  return emptySet(blockAt(0));
}

/** A source's loop without its waiting. */
function follower(chain: ModelChain, depth: number, maxRange = 1000) {
  const reader = chain.reader();
  const follower = {
    window: openWindow(fresh(), depth),
    sets: [] as ProviderSet[],
    reloads: 0,
    async look() {
      try {
        return await catchUp({
          reader,
          window: follower.window,
          maxRange,
          onStep({ window }) {
            follower.window = window;
            follower.sets.push(newest(window));
          },
        });
      } catch (error) {
        if (!(error instanceof ReorgTooDeepError)) throw error;
        follower.reloads += 1;
        follower.window = openWindow(fresh(), depth);
        return 'moved';
      }
    },
    async settle() {
      for (let looks = 0; looks < 200; looks++) {
        if ((await follower.look()) !== 'moved' && chain.changes.length === 0) return;
      }
      expect.fail('it does not settle');
    },
  };
  return follower;
}

/** The block the model gives, without what the model adds. */
function comparable({ block: { number, hash, parentHash, timestamp }, ...set }: ProviderSet): ProviderSet {
  return { ...set, block: { number, hash, parentHash, timestamp } };
}

function numbers({ steps }: ReorgWindow): number[] {
  return steps.map(({ block }) => Number(block.number));
}

const events = fc.array(arbitraryEvent, { maxLength: 3 });
const someBlocks = fc.array(events, { minLength: 1, maxLength: 4 });
const manyBlocks = fc.array(events, { minLength: 20, maxLength: 30 });
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ depth: fc.constant(0), blocks: someBlocks }) },
  { weight: 1, arbitrary: fc.record({ depth: fc.constant(0), blocks: manyBlocks }) },
  { weight: 3, arbitrary: fc.record({ depth: fc.integer({ min: 1, max: 8 }), blocks: someBlocks }) },
  { weight: 1, arbitrary: fc.record({ depth: fc.integer({ min: 1, max: 40 }), blocks: manyBlocks }) },
);
/** Quiet requests between two changes. */
const schedule = fc.array(fc.record({ after: fc.integer({ min: 0, max: 8 }), change }), { maxLength: 12 });

describe('catchUp() on a chain that changes between any two requests', () => {
  it('ends with the set that a replay of the final chain gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        manyBlocks,
        schedule,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        async (first, changes, depth, maxRange) => {
          const chain = new ModelChain();
          chain.mine(opening, ...first);
          for (const { after, change } of changes) {
            for (let quiet = 0; quiet < after; quiet++) chain.changes.push(() => undefined);
            chain.changes.push(() => chain.reorg(change.depth, ...change.blocks));
          }
          const source = follower(chain, depth, maxRange);
          await source.settle();
          const steps = numbers(source.window);
          expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
          // A chain that got shorter shows itself only once it has outgrown what we know.
          const known = Number(newest(source.window).block.number);
          while (chain.blocks.length <= known + 1) chain.mine([]);
          await source.settle();
          expect(comparable(newest(source.window))).toEqual(chain.replay());
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('catchUp()', () => {
  it('costs one request when nothing is new and two for a new block', async () => {
    const chain = new ModelChain();
    chain.mine([], [], []);
    const source = follower(chain, 10);
    await source.settle();
    chain.requests = 0;
    expect(await source.look()).toBe('current');
    expect(chain.requests).toBe(1);
    chain.mine([]);
    expect(await source.look()).toBe('current');
    expect(chain.requests).toBe(3);
  });

  it('finds the common ancestor and applies the new branch alone', async () => {
    const chain = new ModelChain();
    chain.mine([], [], [], []);
    const source = follower(chain, 10);
    await source.settle();
    source.sets.length = 0;
    chain.reorg(2, opening, [], []);
    await source.settle();
    expect(source.sets.map(({ block }) => Number(block.number))).toEqual([2, 3, 4, 5]);
    expect(source.reloads).toBe(0);
    expect(newest(source.window).providers.size).toBe(3);
  });

  it('undoes a branch that is replaced by one of the same length', async () => {
    const chain = new ModelChain();
    chain.mine([], opening);
    const source = follower(chain, 10);
    await source.settle();
    expect(newest(source.window).providers.size).toBe(3);
    chain.reorg(1, []);
    await source.settle();
    expect(newest(source.window).providers.size).toBe(0);
  });

  it('undoes a branch that is replaced by a shorter one', async () => {
    const chain = new ModelChain();
    chain.mine([], [], [], opening);
    const source = follower(chain, 10);
    await source.settle();
    chain.reorg(3, []);
    await source.settle();
    expect(comparable(newest(source.window))).toEqual(chain.replay());
  });

  it('stays where it is when the endpoint is behind', async () => {
    const chain = new ModelChain();
    chain.mine([], opening, [], []);
    const source = follower(chain, 10);
    await source.settle();
    const before = source.window;
    chain.blocks.length = 4;
    expect(await source.look()).toBe('behind');
    expect(source.window).toBe(before);
  });

  it('refuses to guess when the reorg is deeper than the window', async () => {
    const chain = new ModelChain();
    chain.mine(...Array.from({ length: 30 }, () => []));
    const source = follower(chain, 5);
    await source.settle();
    chain.reorg(20, ...Array.from({ length: 21 }, () => []));
    expect(await source.look()).toBe('moved');
    expect(source.reloads).toBe(1);
    await source.settle();
    expect(comparable(newest(source.window))).toEqual(chain.replay());
  });
});
