import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ms } from '../core/units.ts';
import { dueProbes, type Schedule } from './schedule.ts';

const INTERVAL = 1_000 as Ms;

test('a new key waits, is asked once when its time comes, and is forgotten when it is gone', () => {
  const first = dueProbes(new Map(), ['a'], 0 as Ms, INTERVAL, () => 0.5);
  expect(first.due).toEqual([]);
  const early = dueProbes(first.schedule, ['a'], 499 as Ms, INTERVAL, () => 0.5);
  expect(early.due).toEqual([]);
  const due = dueProbes(early.schedule, ['a'], 500 as Ms, INTERVAL, () => 0.5);
  expect(due.due).toEqual(['a']);
  expect(dueProbes(due.schedule, ['a'], 501 as Ms, INTERVAL, () => 0.5).due).toEqual([]);
  expect([...dueProbes(due.schedule, [], 502 as Ms, INTERVAL, () => 0.5).schedule]).toEqual([]);
});

test('every key is asked every half to one and a half intervals, whatever chance says', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.infiniteStream(chance), (stream) => {
      const random = () => stream.next().value;
      const asked = new Map<string, number[]>([
        ['a', []],
        ['b', []],
      ]);
      let schedule: Schedule<string> = new Map();
      const TICK = 10;
      for (let now = 0; now <= 20_000; now += TICK) {
        const next = dueProbes(schedule, asked.keys(), now as Ms, INTERVAL, random);
        schedule = next.schedule;
        for (const key of next.due) asked.get(key)?.push(now);
      }
      for (const times of asked.values()) {
        expect(times[0]).toBeLessThanOrEqual(INTERVAL + TICK);
        for (let index = 1; index < times.length; index++) {
          const gap = times[index]! - times[index - 1]!;
          expect(gap).toBeGreaterThanOrEqual(INTERVAL / 2);
          expect(gap).toBeLessThanOrEqual(INTERVAL * 1.5 + TICK);
        }
        expect(times.length).toBeGreaterThanOrEqual(12);
      }
    }),
    { numRuns: 20 },
  );
});
