import type { CallObservation, ObservedCalls } from '../../core/callObservation.ts';
import type { Clock } from '../../core/clock.ts';
import { type Ms, ms } from '../../core/units.ts';

/** What the machine's monotonic clock, which all processes share, showed when this process's own began. */
export function clockOrigin(clock: Clock): Ms {
  return ms(Number(process.hrtime.bigint()) / 1e6 - clock.now());
}

/** What another process observed, by the clock of one that began `laterMs` after it. */
export function inOwnTime(calls: readonly ObservedCalls[], laterMs: number): readonly ObservedCalls[] {
  const moved = (one: CallObservation): CallObservation => ({
    ...one,
    startedAt: ms(one.startedAt - laterMs),
    endedAt: ms(one.endedAt - laterMs),
  });
  return calls.map(({ service, observations }) => ({ service, observations: observations.map(moved) }));
}
