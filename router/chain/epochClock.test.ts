import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UnixSeconds } from '../core/units.ts';
import { epochAt, lastClosedEpoch, phaseOf, windowsOf } from './epochClock.ts';

const params = { genesis: 1000, epochSeconds: 10, commitSeconds: 5, revealSeconds: 7 };
const at = (seconds: number) => seconds as UnixSeconds;

test('no epoch runs before genesis', () => {
  expect(epochAt(params, at(999))).toBeUndefined();
  expect(epochAt(params, at(1000))).toBe(0);
  expect(epochAt(params, at(1009))).toBe(0);
  expect(epochAt(params, at(1010))).toBe(1);
});

test('an epoch runs, is committed to, is revealed and closes, each bound belonging to the later phase', () => {
  const phases = [1029, 1030, 1039, 1040, 1044, 1045, 1051, 1052].map((now) => phaseOf(params, 3, at(now)));
  expect(phases).toEqual(['future', 'running', 'running', 'commit', 'commit', 'reveal', 'reveal', 'closed']);
});

test('the last closed epoch is the newest whose reveal window is over', () => {
  expect(lastClosedEpoch(params, at(1021))).toBeUndefined();
  expect(lastClosedEpoch(params, at(1022))).toBe(0);
  fc.assert(
    fc.property(fc.integer({ min: 1022, max: 2 ** 33 }), (now) => {
      const closed = lastClosedEpoch(params, at(now)) ?? -1;
      expect(phaseOf(params, closed, at(now))).toBe('closed');
      expect(phaseOf(params, closed + 1, at(now))).not.toBe('closed');
    }),
  );
});

test('the epoch at any time is the only one that runs then', () => {
  const anyParams = fc.record({
    genesis: fc.integer({ min: 0, max: 2 ** 32 }),
    epochSeconds: fc.integer({ min: 1, max: 2 ** 20 }),
    commitSeconds: fc.integer({ min: 1, max: 2 ** 20 }),
    revealSeconds: fc.integer({ min: 1, max: 2 ** 20 }),
  });
  fc.assert(
    fc.property(anyParams, fc.integer({ min: 0, max: 2 ** 33 }), (some, offset) => {
      const now = at(some.genesis + offset);
      const epoch = epochAt(some, now);
      expect(epoch).toBeDefined();
      expect(phaseOf(some, epoch ?? -1, now)).toBe('running');
      expect(phaseOf(some, (epoch ?? 0) + 1, now)).toBe('future');
      expect(phaseOf(some, (epoch ?? 0) - 1, now)).not.toBe('running');
      expect(windowsOf(some, (epoch ?? 0) + 1).start).toBe(windowsOf(some, epoch ?? 0).end);
    }),
  );
});
