import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ObservedCalls } from '../../core/callObservation.ts';
import { systemClock } from '../../core/clock.ts';
import { ms } from '../../core/units.ts';
import { clockOrigin, inOwnTime } from './otherClock.ts';

/** A process's clock, by that of the machine. */
const clockOf = (began: number) => ({ ...systemClock, now: () => ms(systemClock.now() - began) });

test('what happened at one moment is at one moment by both clocks', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (began) => {
      const [own, theirs] = [clockOf(0), clockOf(began)];
      const startedAt = theirs.now();
      const atOwn = own.now();
      const calls: readonly ObservedCalls[] = [
        {
          service: { key: 'k', url: 'u' },
          observations: [
            { startedAt, endedAt: ms(startedAt + 5), outcome: 'ok', latencyMs: ms(5), head: undefined },
          ],
        },
      ];
      const [moved] = inOwnTime(calls, clockOrigin(own) - clockOrigin(theirs));
      const [one] = moved?.observations ?? [];
      // Between the readings of the clocks the machine may do other things, and numbers of this size have their grain.
      expect(Math.abs((one?.startedAt ?? Number.NaN) - atOwn)).toBeLessThan(60_000);
      expect((one?.endedAt ?? 0) - (one?.startedAt ?? 0)).toBeCloseTo(5, 3);
    }),
  );
});
