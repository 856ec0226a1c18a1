import fc from 'fast-check';
import { HttpRequestError, TimeoutError } from 'viem';
import { describe, expect, it } from 'vitest';
import { unixSeconds } from '../core/units.ts';
import { type LogRangesOptions, logRanges } from './logRanges.ts';

const url = 'http://node.example';
const clock = { now: () => expect.fail('spans are slept, not measured'), unix: () => unixSeconds(0) };
const tooMany = () => new Error('query returned more than 10000 results');
const timedOut = () => new TimeoutError({ url, body: {} });
function rateLimited(retryAfter?: string): Error {
  const headers = new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter });
  return new HttpRequestError({ url, status: 429, details: 'Too Many Requests', headers });
}

/** A node that refuses what the test says. */
function node(refusal: (size: number, from: bigint) => Error | undefined = () => undefined) {
  const node = {
    asked: [] as number[],
    open: 0,
    mostOpen: 0,
    async fetch(from: bigint, to: bigint): Promise<bigint[]> {
      const size = Number(to - from + 1n);
      node.asked.push(size);
      node.open += 1;
      node.mostOpen = Math.max(node.mostOpen, node.open);
      await Promise.resolve();
      node.open -= 1;
      const error = refusal(size, from);
      if (error !== undefined) throw error;
      return Array.from({ length: size }, (_, index) => from + BigInt(index));
    },
  };
  return node;
}

const moreThan = (limit: number, error = tooMany) => node((size) => (size > limit ? error() : undefined));

/** Sleeping that takes no time. */
function sleeper() {
  const waits: number[] = [];
  const sleep = async (ms: number) => void waits.push(ms);
  return { waits, sleep };
}

async function collect(options: Omit<LogRangesOptions<bigint[]>, 'clock'>): Promise<bigint[]> {
  const blocks: bigint[] = [];
  const { sleep } = sleeper();
  for await (const { value } of logRanges({ sleep, ...options, clock })) blocks.push(...value);
  return blocks;
}

const upTo = (to: number) => Array.from({ length: to }, (_, index) => BigInt(index + 1));

describe('logRanges()', () => {
  it('covers every block once and in order, whatever is refused and whoever answers first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.record({
          count: fc.nat(300),
          maxRange: fc.integer({ min: 1, max: 400 }),
          concurrency: fc.integer({ min: 1, max: 6 }),
        }),
        // Where the logs are dense, the node allows less.
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.constantFrom('answers', 'answers', 'answers', 'limits', 'is slow')),
        async (scheduler, { count, maxRange, concurrency }, limits, moods) => {
          const limitAt = (from: bigint) => limits[Math.floor(Number(from) / 60) % limits.length] ?? 1;
          const { asked, fetch } = node((size, from) => (size > limitAt(from) ? tooMany() : undefined));
          let inARow = 0;
          let held = 0;
          let mostHeld = 0;
          let open = 0;
          const reading = {
            ...{ from: 1n, to: BigInt(count), maxRange, concurrency, sleep: sleeper().sleep },
            fetch: scheduler.scheduleFunction(async (from: bigint, to: bigint) => {
              // What never ends is given up on.
              const mood = moods.next().value;
              inARow = mood === 'answers' || to === from ? 0 : inARow + 1;
              if (inARow === 1) throw mood === 'limits' ? rateLimited() : timedOut();
              const blocks = await fetch(from, to);
              held += 1;
              return blocks;
            }),
          };
          const counting = {
            ...reading,
            async fetch(from: bigint, to: bigint) {
              open += 1;
              expect(open).toBeLessThanOrEqual(concurrency);
              return await reading.fetch(from, to).finally(() => {
                open -= 1;
              });
            },
          };
          const blocks: bigint[] = [];
          const done = (async () => {
            for await (const { value } of logRanges({ ...counting, clock })) {
              mostHeld = Math.max(mostHeld, held);
              held -= 1;
              blocks.push(...value);
            }
          })();
          await scheduler.waitFor(done);
          expect(blocks).toEqual(upTo(count));
          expect(Math.max(0, ...asked)).toBeLessThanOrEqual(maxRange);
          expect(mostHeld).toBeLessThanOrEqual(2 * concurrency);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('halves on a refusal and grows again', async () => {
    const { asked, fetch } = moreThan(4);
    await collect({ from: 1n, to: 30n, maxRange: 8, concurrency: 1, fetch });
    expect(asked).toEqual([8, 4, 4, 4, 4, 8, 4, 4, 4, 2]);
  });

  it('tries what was refused again ever more seldom', async () => {
    const { asked, fetch } = moreThan(4);
    await collect({ from: 1n, to: 4000n, maxRange: 8, concurrency: 1, fetch });
    expect(asked.filter((size) => size > 4).length).toBeLessThan(25);
  });

  it('follows a limit that moves with the events', async () => {
    const { asked, fetch } = node((size, from) => (size > (from < 100n ? 2 : 64) ? tooMany() : undefined));
    await collect({ from: 1n, to: 3000n, maxRange: 64, fetch });
    expect(asked.filter((size) => size === 64).length).toBeGreaterThan(30);
  });

  it('asks several at once, once one has been answered', async () => {
    const willing = node();
    await collect({ from: 1n, to: 100n, maxRange: 5, concurrency: 4, fetch: willing.fetch });
    expect(willing.mostOpen).toBe(4);
    const refusing = moreThan(4);
    await collect({ from: 1n, to: 1024n, maxRange: 1024, concurrency: 4, fetch: refusing.fetch });
    // One refusal for each size on the way down, not four.
    expect(refusing.asked.slice(0, 8)).toEqual([1024, 512, 256, 128, 64, 32, 16, 8]);
  });

  it('gives up when a single block is refused', async () => {
    const { fetch } = moreThan(0);
    await expect(collect({ from: 1n, to: 9n, maxRange: 8, fetch })).rejects.toThrow('10000 results');
  });

  it('leaves an endpoint that answers nothing in time, not after all halves of a range', async () => {
    const { asked, fetch } = moreThan(0, timedOut);
    const reading = { from: 1n, to: 99_999n, maxRange: 10_000, concurrency: 4, fetch };
    await expect(collect(reading)).rejects.toBeInstanceOf(TimeoutError);
    expect(asked).toEqual([10_000, 1_250, 156]);
  });

  it('passes another error on, after what came before it, and drops what is under way', async () => {
    const rejects: ((error: Error) => void)[] = [];
    const fetch = async (from: bigint) => {
      if (from <= 4n) return [from];
      if (from === 5n) throw new Error('connect ECONNREFUSED');
      return await new Promise<bigint[]>((_, reject) => rejects.push(reject));
    };
    const blocks: bigint[] = [];
    const reading = async () => {
      for await (const { value } of logRanges({ from: 1n, to: 90n, maxRange: 1, concurrency: 3, fetch }))
        blocks.push(...value);
    };
    await expect(reading()).rejects.toThrow('ECONNREFUSED');
    expect(blocks).toEqual([1n, 2n, 3n, 4n]);
    // Unhandled, they would fail the run.
    for (const reject of rejects) reject(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('waits when the rate is limited and asks less at once, for the same ranges', async () => {
    const { waits, sleep } = sleeper();
    let refusals = 0;
    const limiting = node((_, from) => (from > 20n && refusals++ < 5 ? rateLimited() : undefined));
    const reading = { from: 1n, to: 400n, maxRange: 10, concurrency: 4, fetch: limiting.fetch, sleep };
    expect(await collect(reading)).toEqual(upTo(400));
    expect(new Set(limiting.asked)).toEqual(new Set([10]));
    expect(waits.length).toBeGreaterThan(1);
    expect(waits.every((ms, index) => ms === 1000 * 2 ** index)).toBe(true);
  });

  it('waits as long as the node says', async () => {
    const { waits, sleep } = sleeper();
    let isFirst = true;
    const { fetch } = node(() => {
      const error = isFirst ? rateLimited('7') : undefined;
      isFirst = false;
      return error;
    });
    await collect({ from: 1n, to: 9n, maxRange: 3, fetch, sleep });
    expect(waits).toEqual([7000]);
  });

  it('gives up on a limit that does not end, and on one that ends too late', async () => {
    const { waits, sleep } = sleeper();
    const reading = { from: 1n, to: 40n, maxRange: 10, sleep };
    const { fetch } = node(() => rateLimited());
    await expect(collect({ ...reading, fetch })).rejects.toMatchObject({ status: 429 });
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15000]);
    const late = node(() => rateLimited('3600'));
    await expect(collect({ ...reading, fetch: late.fetch })).rejects.toMatchObject({ status: 429 });
    expect(waits).toHaveLength(5);
  });

  it('ends with the signal, asking or waiting', async () => {
    for (const fetch of [
      () => new Promise<bigint[]>(() => undefined),
      async () => Promise.reject(rateLimited('5')),
    ]) {
      const abort = new AbortController();
      let slept: AbortSignal | undefined;
      const sleep = async (_: number, signal: AbortSignal) => {
        slept = signal;
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      };
      const reading = collect({ from: 1n, to: 9n, maxRange: 3, fetch, sleep, signal: abort.signal });
      const settled = expect(reading).rejects.toThrow('enough');
      await new Promise((resolve) => setImmediate(resolve));
      abort.abort(new Error('enough'));
      await settled;
      expect(slept?.aborted ?? true).toBe(true);
    }
  });

  it('asks for no more once nobody reads on', async () => {
    const { asked, fetch } = node();
    for await (const { to } of logRanges({ from: 1n, to: 900n, maxRange: 1, concurrency: 2, fetch, clock }))
      if (to === 20n) break;
    const count = asked.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked.length).toBe(count);
    expect(count).toBeLessThanOrEqual(24);
  });
});
