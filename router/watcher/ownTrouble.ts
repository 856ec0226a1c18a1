import type { Clock } from '../core/clock.ts';
import { type Ms, ms } from '../core/units.ts';
import type { Sample } from './sample.ts';

interface Span {
  readonly from: Ms;
  readonly to: Ms;
}

/**
 * When this machine or process was in trouble of its own: suspended, stopped, its clock set, its event loop held up,
 * its settlement endpoints out of reach. What failed then failed for no fault of the services.
 */
export interface OwnTrouble {
  /** To be called every `TICK_MS`. */
  tick(): void;
  /** A while of trouble that something else has found. */
  note(from: Ms, to: Ms): void;
  /** A sample that has just come in, its latency without what the event loop added. */
  corrected(sample: Sample): Sample;
  /** Samples without the failures, and without the latencies, that fall into trouble. */
  settle(samples: readonly Sample[]): Sample[];
}

export interface OwnTroubleArgs {
  readonly clock: Clock;
  /** The longest delay of the event loop since it was asked last. */
  readonly loopDelay: () => Ms;
}

export const TICK_MS = 100;

/** The process did not run. */
const STALL_MS = 1_000;
/** Wall clock and monotonic clock go apart by this much: suspended, or set. Whole seconds are compared. */
const DRIFT_MS = 3_000;
/** A line needs a moment to come back after a sleep, and connections that died take as long to be noticed. */
const RECOVERY_MS = 5_000;
/** What is less is no more than a busy machine's noise. */
const NOTED_DELAY_MS = 5;
/** Longer than any answer is waited for. */
const DELAYS_KEPT_MS = 60_000;
/** Two epochs of six hours. */
const TROUBLE_KEPT_MS = 12 * 3_600_000;

export function createOwnTrouble({ clock, loopDelay }: OwnTroubleArgs): OwnTrouble {
  let last: { now: Ms; wall: number } | undefined;
  let trouble: readonly Span[] = [];
  let delays: (Span & { readonly delay: number })[] = [];

  function keep(from: Ms, to: Ms): void {
    trouble = joined(
      trouble.filter((span) => span.to >= to - TROUBLE_KEPT_MS),
      { from, to },
    );
  }

  return {
    tick() {
      const now = clock.now();
      const wall = clock.unix() * 1_000;
      const longest = loopDelay();
      if (last !== undefined) {
        const from = last.now;
        const delay = Math.max(longest, now - from - TICK_MS);
        const drift = Math.abs(wall - last.wall - (now - from));
        delays = delays.filter(({ to }) => to >= now - DELAYS_KEPT_MS);
        if (delay >= NOTED_DELAY_MS) delays.push({ from, to: now, delay });
        if (drift >= DRIFT_MS) keep(from, ms(now + RECOVERY_MS));
        else if (delay >= STALL_MS) keep(from, now);
      }
      last = { now, wall };
    },
    note: (from, to) => keep(from, ms(to + RECOVERY_MS)),
    corrected(sample) {
      if (sample.latencyMs === undefined) return sample;
      const added = delays.filter((span) => overlap(span, sample)).reduce((sum, { delay }) => sum + delay, 0);
      return { ...sample, latencyMs: ms(Math.max(0, sample.latencyMs - added)) };
    },
    settle: (samples) =>
      samples
        .filter((sample) => sample.ok || !trouble.some((span) => overlap(span, sample)))
        .map((sample) =>
          trouble.some((span) => overlap(span, sample)) ? { ...sample, latencyMs: undefined } : sample,
        ),
  };
}

/** Spans that touch are one, so that trouble without end takes no memory. They come in the order of their ends. */
function joined(spans: readonly Span[], next: Span): readonly Span[] {
  const apart = spans.filter(({ to }) => to < next.from);
  const touching = [next, ...spans.slice(apart.length)];
  const from = Math.min(...touching.map((span) => span.from));
  return [...apart, { from: ms(from), to: ms(Math.max(...touching.map(({ to }) => to))) }];
}

/** Whether any part of the sample's time lies in the span. */
function overlap({ from, to }: Span, { startedAt, endedAt }: Sample): boolean {
  return startedAt <= to && endedAt >= from;
}
