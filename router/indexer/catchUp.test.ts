import fc from 'fast-check';
import { HttpRequestError } from 'viem';
import { describe, expect, it } from 'vitest';
import { ms, unixSeconds } from '../core/units.ts';
import { arbitraryEvent, blockAt, opening } from '../registry/events.arbitrary.ts';
import type { RegistryEvent } from '../registry/events.ts';
import { type BlockRef, emptySet, type Hex, type ProviderSet } from '../registry/providerSet.ts';
import { applyBlock } from '../registry/reduce.ts';
import { catchUp, ReorgTooDeepError } from './catchUp.ts';
import type { ChainReader } from './chainReader.ts';
import { createFinality } from './finality.ts';
import { newest, oldest, openWindow, type ReorgWindow } from './reorgWindow.ts';

interface ModelBlock extends BlockRef {
  readonly events: readonly RegistryEvent[];
  readonly branch: number;
}

/** A chain in memory that can change between any two requests. */
class ModelChain {
  readonly blocks: ModelBlock[] = [{ ...blockAt(0), events: [], branch: 0 }];
  /** Whether or not the chain has left them. */
  readonly known = new Map<Hex, ModelBlock>();
  readonly sets = new Map<Hex, ProviderSet>();
  readonly changes: (() => void)[] = [];
  /** What becomes of each request; all is well when there is none left. */
  readonly troubles: ('none' | 'rateLimited' | 'down')[] = [];
  requests = 0;
  finalQuestions = 0;
  final: bigint | undefined;
  /** Most blocks that it answers the logs of at once. */
  limit = Number.POSITIVE_INFINITY;
  #branches = 0;

  mine(...blocks: (readonly RegistryEvent[])[]): void {
    for (const events of blocks) {
      const parent = this.blocks.at(-1) as ModelBlock;
      const number = this.blocks.length;
      const block = { ...blockAt(number, this.#branches, parent.branch), events, branch: this.#branches };
      this.blocks.push(block);
      this.known.set(block.hash, block);
      const { events: _, branch: __, ...ref } = block;
      this.sets.set(block.hash, applyBlock(this.sets.get(parent.hash) ?? fresh(), ref, events));
    }
  }

  reorg(depth: number, ...blocks: (readonly RegistryEvent[])[]): void {
    this.blocks.splice(Math.max(1, this.blocks.length - depth));
    this.#branches += 1;
    this.mine(...blocks);
  }

  /** By an endpoint so many blocks behind. */
  reader(lag = 0): ChainReader {
    const answer = async <T>(read: () => T): Promise<T> => {
      this.changes.shift()?.();
      this.requests += 1;
      const trouble = this.troubles.shift() ?? 'none';
      if (trouble === 'rateLimited') throw rateLimited();
      if (trouble === 'down') throw new DownError();
      return read();
    };
    const seen = () => this.blocks.slice(0, Math.max(1, this.blocks.length - lag));
    return {
      head: () => answer(() => seen().at(-1) as ModelBlock),
      final: () => {
        this.finalQuestions += 1;
        return answer(() => this.final);
      },
      blockAt: (number) => answer(() => seen()[Number(number)]),
      eventsOf: (hash) => answer(() => this.known.get(hash)?.events ?? expect.fail(`no block ${hash}`)),
      eventsBetween: (from, to) =>
        answer(() => {
          if (Number(to - from) >= this.limit) throw new Error('query returned more than 10000 results');
          return seen()
            .slice(Number(from), Number(to) + 1)
            .flatMap(({ events }) => events);
        }),
    };
  }

  /** How many events are in the blocks after `from` up to and in `to`, which descends from it. */
  eventsBetween(from: BlockRef, to: BlockRef): number {
    let events = 0;
    for (let hash = to.hash; hash !== from.hash; ) {
      const block = this.known.get(hash) ?? expect.fail(`${to.hash} does not descend from ${from.hash}`);
      events += block.events.length;
      hash = block.parentHash;
    }
    return events;
  }

  /** The chain as it is now, folded from its first block. */
  replay(): ProviderSet {
    return this.blocks.reduce(
      (set, { events, branch: _, ...block }) => applyBlock(set, block, events),
      fresh(),
    );
  }
}

class DownError extends Error {}

/** To be asked again at once. */
function rateLimited(): Error {
  const headers = new Headers({ 'retry-after': '0' });
  return new HttpRequestError({ url: 'http://node.example', status: 429, headers });
}

let now = ms(0);
const clock = { now: () => now, unix: () => unixSeconds(0) };

function fresh(): ProviderSet {
  return emptySet(blockAt(0));
}

/** A source's loop without its waiting. */
function follower(chain: ModelChain, depth: number, maxRange = 1000, concurrency = 1, lag = 0) {
  const readers = [chain.reader(), chain.reader(lag)];
  const finality = createFinality(clock);
  const { signal } = new AbortController();
  const follower = {
    window: openWindow(fresh(), depth),
    sets: [] as ProviderSet[],
    reloads: 0,
    changes: 0,
    async look() {
      const reader = readers[follower.changes % 2] ?? expect.fail('there are two');
      try {
        return await catchUp({
          ...{ reader, window: follower.window, maxRange, concurrency, finality, signal },
          onStep({ window, events }) {
            const [before, after] = [newest(follower.window).block, newest(window).block];
            // Each block's events once, and those of a single branch.
            if (after.number > before.number) expect(events).toBe(chain.eventsBetween(before, after));
            expect(comparable(newest(window))).toEqual(chain.sets.get(after.hash) ?? fresh());
            follower.window = window;
            follower.sets.push(newest(window));
          },
        });
      } catch (error) {
        if (error instanceof DownError || error instanceof HttpRequestError) {
          follower.changes += 1;
          return 'moved';
        }
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
  return [...steps].map(({ block }) => Number(block.number));
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
const troubles = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant('none' as const) },
    { weight: 1, arbitrary: fc.constant('rateLimited' as const) },
    { weight: 1, arbitrary: fc.constant('down' as const) },
  ),
  { maxLength: 150 },
);

describe('catchUp() on a chain that changes between any two requests', () => {
  it('shows folds of single branches alone, and ends with that of the last, whatever its endpoints do', async () => {
    await fc.assert(
      fc.asyncProperty(
        manyBlocks,
        schedule,
        fc.integer({ min: 1, max: 40 }),
        fc.record({
          maxRange: fc.integer({ min: 1, max: 40 }),
          limit: fc.integer({ min: 1, max: 40 }),
          concurrency: fc.integer({ min: 1, max: 6 }),
          lag: fc.integer({ min: 0, max: 5 }),
        }),
        fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
        troubles,
        async (first, changes, depth, { maxRange, limit, concurrency, lag }, final, troubles) => {
          const chain = new ModelChain();
          chain.limit = limit;
          // Claimed, and not kept to by every reorg.
          chain.final = final === undefined ? undefined : BigInt(final);
          chain.mine(opening, ...first);
          for (const { after, change } of changes) {
            for (let quiet = 0; quiet < after; quiet++) chain.changes.push(() => undefined);
            chain.changes.push(() => chain.reorg(change.depth, ...change.blocks));
          }
          chain.troubles.push(...troubles);
          const source = follower(chain, depth, maxRange, concurrency, lag);
          await source.settle();
          // The endpoint that is not behind.
          chain.troubles.length = 0;
          source.changes = 0;
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
  it('costs one request when nothing is new and two for each new block', async () => {
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
    chain.mine([], [], []);
    expect(await source.look()).toBe('current');
    expect(chain.requests).toBe(9);
  });

  it('asks what is final when there is news, and seldom', async () => {
    const chain = new ModelChain();
    chain.mine([], [], []);
    const source = follower(chain, 10);
    await source.settle();
    expect(chain.finalQuestions).toBe(1);
    now = ms(now + 60_000);
    await source.look();
    expect(chain.finalQuestions).toBe(1);
    for (let block = 0; block < 5; block++) {
      chain.mine([]);
      await source.look();
    }
    expect(chain.finalQuestions).toBe(2);
  });

  it('keeps the steps down to the final block, however far below, and has one right there', async () => {
    const chain = new ModelChain();
    chain.mine(...Array.from({ length: 100 }, () => []));
    chain.final = 37n;
    const source = follower(chain, 10, 1000, 4);
    await source.settle();
    expect(oldest(source.window).block.number).toBe(37n);
    chain.reorg(60, opening, ...Array.from({ length: 60 }, () => []));
    await source.settle();
    expect(source.reloads).toBe(0);
    expect(comparable(newest(source.window))).toEqual(chain.replay());
  });

  it('finds a deep ancestor with few requests', async () => {
    const chain = new ModelChain();
    chain.final = 0n;
    const source = follower(chain, 10);
    for (let block = 0; block < 1000; block++) {
      chain.mine([]);
      await source.look();
    }
    chain.reorg(900, ...Array.from({ length: 901 }, () => []));
    chain.requests = 0;
    await source.settle();
    // Twice the logarithm of the depth, and what the new branch costs in ranges and single blocks.
    expect(chain.requests).toBeLessThan(20 + 5 + 2 * 17);
    expect(comparable(newest(source.window))).toEqual(chain.replay());
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
