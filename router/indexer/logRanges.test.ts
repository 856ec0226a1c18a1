import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logRanges } from './logRanges.ts';

/** A node that refuses more than `limit` blocks at once, or more than `results` in an answer of one per block. */
function node(limit: number, refusal = 'query returned more than 10000 results') {
  const asked: number[] = [];
  const fetch = async (from: bigint, to: bigint) => {
    const size = Number(to - from + 1n);
    asked.push(size);
    if (size > limit) throw new Error(refusal);
    return Array.from({ length: size }, (_, index) => from + BigInt(index));
  };
  return { asked, fetch };
}

async function collect(of: { from: bigint; to: bigint; maxRange: number; limit: number }) {
  const { asked, fetch } = node(of.limit);
  const blocks: bigint[] = [];
  for await (const { value } of logRanges({ ...of, fetch })) blocks.push(...value);
  return { asked, blocks };
}

describe('logRanges()', () => {
  it('covers every block exactly once and in order, whatever the node allows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 400 }),
        async (first, count, maxRange, limit) => {
          const from = BigInt(first);
          const { asked, blocks } = await collect({ from, to: from + BigInt(count) - 1n, maxRange, limit });
          expect(blocks).toEqual(Array.from({ length: count }, (_, index) => from + BigInt(index)));
          expect(Math.max(0, ...asked)).toBeLessThanOrEqual(maxRange);
        },
      ),
    );
  });

  it('halves on a refusal and grows again', async () => {
    const { asked } = await collect({ from: 1n, to: 30n, maxRange: 8, limit: 4 });
    expect(asked).toEqual([8, 4, 4, 4, 4, 8, 4, 4, 4, 2]);
  });

  it('gives up when a single block is refused', async () => {
    await expect(collect({ from: 1n, to: 9n, maxRange: 8, limit: 0 })).rejects.toThrow('10000 results');
  });

  it('passes an error on that no smaller range would mend', async () => {
    const { asked, fetch } = node(2, 'connect ECONNREFUSED');
    const ranges = logRanges({ from: 1n, to: 9n, maxRange: 8, fetch });
    await expect(ranges.next()).rejects.toThrow('ECONNREFUSED');
    expect(asked).toEqual([8]);
  });
});
