import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sla } from './providerSet.ts';
import { decayedScore, epochScore, LEAST_SCORE, SCORED_EPOCHS, usualLatency } from './scores.ts';
import type { Verdict } from './verdict.ts';

const SLA: Sla = {
  minAvailabilityBps: 9_000,
  maxP95LatencyMs: 2_000,
  maxP95BlockLag: 10,
  maxMismatches: 0,
  minSamples: 3,
};
const WELL: Verdict = { watchers: 3, availability: 1, p95LatencyMs: 100, p95BlockLag: 0, mismatches: 0 };
const score = (verdict: Partial<Verdict>, usual = 100, sla = SLA) =>
  epochScore({ ...WELL, ...verdict }, usual, sla);

describe('the score of an epoch', () => {
  test.each([
    ['all well', score({}), 1],
    ['one call in a hundred unanswered', score({ availability: 0.99 }), 0.904],
    ['one in ten unanswered', score({ availability: 0.9 }), 0.349],
    ['an outage', score({ availability: 0 }), 0],
    ['as far behind as is allowed', score({ p95BlockLag: 10 }), 0.5],
    ['behind where nobody may be', score({ p95BlockLag: 1 }, 100, { ...SLA, maxP95BlockLag: 0 }), 0.5],
    ['twice as slow as usual', score({ p95LatencyMs: 200 }), 1],
    ['ten times as slow as usual', score({ p95LatencyMs: 1_000 }), 0.25],
    ['a little slower where all are fast', score({ p95LatencyMs: 50 }, 1), 1],
    ['a latency that nobody knows', score({ p95LatencyMs: undefined }), 1],
    ['nothing to compare with', epochScore({ ...WELL, p95LatencyMs: 9_000 }, undefined, SLA), 1],
    ['answers proven wrong', score({ mismatches: 1 }), 0],
    ['as many wrong as are allowed', score({ mismatches: 2 }, 100, { ...SLA, maxMismatches: 2 }), 1],
  ])('with %s', (_name, actual, expected) => {
    expect(actual).toBeCloseTo(expected, 3);
  });
});

test('the usual latency is the median of those that are known', () => {
  const of = (...latencies: (number | undefined)[]) =>
    usualLatency(latencies.map((p95LatencyMs) => ({ ...WELL, p95LatencyMs })));
  expect(of(500, 100, undefined, 200)).toBe(200);
  expect(of(undefined)).toBeUndefined();
  expect(of()).toBeUndefined();
});

describe('the decayed score', () => {
  test('is neutral where nothing is known', () => {
    expect(decayedScore([])).toBe(1);
    expect(decayedScore(Array.from({ length: SCORED_EPOCHS }, () => undefined))).toBe(1);
  });

  test('halves what an epoch costs with each one that follows, and forgets it at last', () => {
    const lost = (age: number) => 1 - decayedScore([...Array.from({ length: age }, () => undefined), 0]);
    const all = Array.from({ length: SCORED_EPOCHS + 1 }, (_, age) => Math.round(lost(age) * 100));
    expect(all).toEqual([50, 25, 13, 6, 3, 2, 1, 0, 0]);
  });

  test('goes down to the least with one outage after the other, and no further', () => {
    const scores = Array.from({ length: 8 }, (_, epochs) =>
      decayedScore(Array.from({ length: epochs }, () => 0)),
    );
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores.at(-1)).toBe(LEAST_SCORE);
  });

  test('keeps its bounds, whatever the epochs were', () => {
    const epoch = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(epoch, { maxLength: 2 * SCORED_EPOCHS }), (epochs) => {
        const made = decayedScore(epochs);
        expect(made).toBeGreaterThanOrEqual(LEAST_SCORE);
        expect(made).toBeLessThanOrEqual(1);
      }),
    );
  });
});
