import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ms } from '../core/units.ts';
import { createSchedule } from './schedule.ts';

const INTERVAL = 1_000 as Ms;

test('a new key waits, is asked once when its time comes, and is forgotten when it is gone', () => {
  const schedule = createSchedule<string>(() => 0.5);
  schedule.keep(['a', 'b'], 0 as Ms, INTERVAL);
  expect(schedule.due(499 as Ms, INTERVAL)).toEqual([]);
  expect(schedule.due(500 as Ms, INTERVAL).toSorted()).toEqual(['a', 'b']);
  expect(schedule.due(501 as Ms, INTERVAL)).toEqual([]);
  schedule.keep(['b'], 600 as Ms, INTERVAL);
  expect(schedule.due(1_500 as Ms, INTERVAL)).toEqual(['b']);
  // One that comes back is new.
  schedule.keep(['a', 'b'], 1_500 as Ms, INTERVAL);
  expect(schedule.due(1_999 as Ms, INTERVAL)).toEqual([]);
  expect(schedule.due(2_000 as Ms, INTERVAL)).toEqual(['a']);
});

test('every key is asked every half to one and a half intervals, whatever chance says', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.infiniteStream(chance), (stream) => {
      const schedule = createSchedule<string>(() => stream.next().value);
      const asked = new Map<string, number[]>([
        ['a', []],
        ['b', []],
      ]);
      const TICK = 10;
      for (let now = 0; now <= 20_000; now += TICK) {
        // Keeping the same keys changes nothing.
        schedule.keep(asked.keys(), now as Ms, INTERVAL);
        for (const key of schedule.due(now as Ms, INTERVAL)) asked.get(key)?.push(now);
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
