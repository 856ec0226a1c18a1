import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Figures } from './breaches.ts';
import { isPlausible, isQuorum, type Verdict, verdictOf, type Word } from './verdict.ts';

const WELL: Figures = { samples: 20, successes: 20, p95LatencyMs: 100, p95BlockLag: 0, mismatches: 0 };
const word = (figures: Partial<Figures>, weight = 1): Word => ({ weight, figures: { ...WELL, ...figures } });

describe('verdictOf', () => {
  test('takes the median of each figure', () => {
    const words = [
      word({ successes: 10, p95LatencyMs: 300, p95BlockLag: 9 }),
      word({ successes: 18, p95LatencyMs: 100, p95BlockLag: 4, mismatches: 1 }),
      word({ successes: 19, p95LatencyMs: 200, p95BlockLag: 7, mismatches: 2 }),
    ];
    expect(verdictOf(words, 3)).toEqual({
      ...{ watchers: 3, availability: 0.9, p95LatencyMs: 200, p95BlockLag: 7, mismatches: 1 },
    });
  });

  test('counts words by their weight', () => {
    const words = [word({ successes: 0 }, 5), word({}, 1), word({}, 1), word({}, 1)];
    expect(verdictOf(words, 8)?.availability).toBe(0);
  });

  test('at a tie takes the better one', () => {
    const worse = word({ successes: 2, p95LatencyMs: 900, p95BlockLag: 30, mismatches: 5 });
    expect(verdictOf([worse, word({})], 2)).toEqual({
      ...{ watchers: 2, availability: 1, p95LatencyMs: 100, p95BlockLag: 0, mismatches: 0 },
    });
  });

  test('is none without two thirds of all weight', () => {
    expect(verdictOf([word({}), word({})], 3)).toBeDefined();
    expect(verdictOf([word({}), word({})], 4)).toBeUndefined();
    expect(verdictOf([], 0)).toBeUndefined();
  });

  test('knows no latency where less than two thirds of all weight do', () => {
    const none = word({ p95LatencyMs: 0 });
    expect(verdictOf([none, none, word({ p95LatencyMs: 65_535 })], 3)?.p95LatencyMs).toBeUndefined();
    expect(verdictOf([none, word({}), word({})], 3)?.p95LatencyMs).toBe(100);
  });

  test('is never moved out of what honest watchers saw by less than a third of all weight', () => {
    const figures = fc
      .record({
        samples: fc.integer({ min: 1, max: 65_535 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        p95LatencyMs: fc.nat(65_535),
        p95BlockLag: fc.nat(65_535),
        mismatches: fc.nat(65_535),
      })
      .map(({ samples, share, ...rest }) => ({ ...rest, samples, successes: Math.floor(samples * share) }));
    const words = fc.array(fc.record({ weight: fc.integer({ min: 1, max: 1e6 }), figures }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(words, words, fc.nat(1_000_000), (honest, lies, silent) => {
        const weightOf = (all: readonly Word[]) => all.reduce((sum, { weight }) => sum + weight, 0);
        const total = weightOf(honest) + weightOf(lies) + silent;
        fc.pre(weightOf(lies) * 3 < total);
        const verdict = verdictOf([...lies, ...honest], total);
        if (verdict === undefined) return;
        const seen = (pick: (of: Figures) => number) => honest.map(({ figures: of }) => pick(of));
        const isSeen = (value: number, values: readonly number[]) => {
          expect(value).toBeGreaterThanOrEqual(Math.min(...values));
          expect(value).toBeLessThanOrEqual(Math.max(...values));
        };
        isSeen(
          verdict.availability,
          seen(({ samples, successes }) => successes / samples),
        );
        isSeen(
          verdict.p95BlockLag,
          seen((of) => of.p95BlockLag),
        );
        isSeen(
          verdict.mismatches,
          seen((of) => of.mismatches),
        );
        const latencies = seen((of) => of.p95LatencyMs).filter((latency) => latency > 0);
        if (verdict.p95LatencyMs !== undefined) isSeen(verdict.p95LatencyMs, latencies);
      }),
    );
  });

  test('does not depend on the order of the words', () => {
    const anyWord = fc.record({
      weight: fc.integer({ min: 1, max: 3 }),
      successes: fc.nat(20),
      p95LatencyMs: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 6 }), (of) => {
        const words = of.map(({ weight, ...figures }) => word(figures, weight));
        const total = words.reduce((sum, { weight }) => sum + weight, 0);
        expect(verdictOf(words.toReversed(), total)).toEqual(verdictOf(words, total) as Verdict);
      }),
    );
  });
});

test.each([
  ['no samples', { samples: 0, successes: 0 }, false],
  ['more successes than samples', { samples: 3, successes: 4 }, false],
  ['no success', { successes: 0 }, true],
  ['the largest numbers there are', { samples: 65_535, successes: 65_535, p95LatencyMs: 65_535 }, true],
])('figures with %s say something: %#', (_, figures, says) => {
  expect(isPlausible({ ...WELL, ...figures })).toBe(says);
});

test('two of three equal weights are a quorum, however many digits a weight has', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 96n }), (weight) => {
      const [one, total] = [Number(weight), Number(weight * 3n)];
      expect(isQuorum(one + one, total)).toBe(true);
      expect(isQuorum(one, total)).toBe(false);
    }),
  );
});
