import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ms } from '../core/units.ts';
import type { Sample } from './sample.ts';
import { witnessed } from './witness.ts';

const sample = (at: number, ok: boolean): Sample => ({
  startedAt: at as Ms,
  endedAt: (at + 10) as Ms,
  ok,
  latencyMs: 10 as Ms,
  head: undefined,
  mismatch: false,
});
const WINDOW = 100 as Ms;

test('when every service fails at once nothing is said about any', () => {
  const dark = new Map([
    ['a', [sample(0, false), sample(100, false)]],
    ['b', [sample(20, false)]],
  ]);
  expect(witnessed(dark, WINDOW).size).toBe(0);
});

test('a failure counts when another service answered near it, before or after', () => {
  const mixed = new Map([
    ['dead', [sample(1_000, false), sample(5_000, false)]],
    ['before', [sample(900, true)]],
    ['after', [sample(5_090, true)]],
  ]);
  expect(witnessed(mixed, WINDOW).get('dead')).toHaveLength(2);
});

test('a service is no witness against itself', () => {
  expect(witnessed(new Map([['alone', [sample(0, false), sample(50, true)]]]), WINDOW).get('alone')).toEqual([
    sample(50, true),
  ]);
});

test('a while in which the watcher’s own network was gone is cut out of every service', () => {
  const alternate = (from: number) =>
    Array.from({ length: 40 }, (_, index) => {
      const at = from + index * 50;
      return sample(at, at < 800 || at > 1_200);
    });
  const kept = witnessed(
    new Map([
      ['a', alternate(0)],
      ['b', alternate(25)],
    ]),
    WINDOW,
  );
  const failures = [...kept.values()].flat().filter(({ ok }) => !ok);
  // Only at the edges, where the other service had just answered or was just about to.
  expect(failures.every(({ startedAt }) => startedAt < 920 || startedAt > 1_080)).toBe(true);
});

test('answers are always kept, and failures only with a witness', () => {
  const list = fc.array(fc.record({ at: fc.nat(2_000), ok: fc.boolean() }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(list, { maxLength: 5 }), (services) => {
      const samples = new Map(services.map((some, key) => [key, some.map(({ at, ok }) => sample(at, ok))]));
      const kept = witnessed(samples, WINDOW);
      for (const [key, own] of samples) {
        const expected = own.filter(
          (one) =>
            one.ok ||
            [...samples].some(
              ([other, theirs]) =>
                other !== key &&
                theirs.some(
                  (answer) =>
                    answer.ok &&
                    answer.endedAt >= one.startedAt - WINDOW &&
                    answer.endedAt <= one.endedAt + WINDOW,
                ),
            ),
        );
        expect(kept.get(key) ?? []).toEqual(expected);
      }
    }),
  );
});
