import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BlockSpan, blocksIn, cutSpan, putBack, takePart } from './blockSpan.ts';

const span = fc
  .tuple(fc.nat(Number.MAX_SAFE_INTEGER - 2_000), fc.integer({ min: 1, max: 2_000 }))
  .map(([from, blocks]): BlockSpan => ({ from, to: from + blocks - 1 }));

describe('cutSpan', () => {
  test('makes two parts of about the same size that cover every block once', () => {
    fc.assert(
      fc.property(
        span.filter((each) => blocksIn(each) > 1),
        (whole) => {
          const [first, second] = cutSpan(whole);
          expect([first.from, second.to]).toEqual([whole.from, whole.to]);
          expect(second.from).toBe(first.to + 1);
          expect(Math.abs(blocksIn(first) - blocksIn(second))).toBeLessThanOrEqual(1);
          expect(Math.min(blocksIn(first), blocksIn(second))).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('takePart and putBack', () => {
  test('whatever is refused and put back, every block is taken once, and in order while nothing is', () => {
    const scenario = fc.record({
      whole: span,
      limits: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
      refusals: fc.array(fc.boolean()),
    });
    fc.assert(
      fc.property(scenario, ({ whole, limits, refusals }) => {
        let gaps: readonly BlockSpan[] = [whole];
        const answered: BlockSpan[] = [];
        for (let turn = 0; ; turn += 1) {
          const limit = limits[turn % limits.length] ?? 1;
          const taken = takePart(gaps, limit);
          if (taken === undefined) break;
          expect(blocksIn(taken.part)).toBeLessThanOrEqual(limit);
          const isRefused = refusals[turn] === true && blocksIn(taken.part) > 1;
          gaps = isRefused ? putBack(taken.gaps, cutSpan(taken.part)) : taken.gaps;
          if (!isRefused) answered.push(taken.part);
        }
        let next = whole.from;
        for (const part of answered) {
          expect(part.from).toBe(next);
          next = part.to + 1;
        }
        expect(next).toBe(whole.to + 1);
      }),
    );
  });
});
