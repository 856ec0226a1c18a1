import { type Ms, ms } from '../core/units.ts';

export interface BreakerSettings {
  /** Failures in a row that open the breaker. */
  readonly consecutiveFailures: number;
  /** Share of failures among the last {@link WINDOW} calls that opens it. */
  readonly failureRate: number;
  /** First time it stays open; doubles with each trial that fails. */
  readonly openMs: Ms;
  readonly maxOpenMs: Ms;
}

/** Keeps users' calls away from a service that keeps failing, and lets one copy of a call try whether it is back. */
export type Breaker =
  | {
      readonly kind: 'closed';
      readonly consecutive: number;
      /** Last calls, one bit each, 1 for a failure, the newest lowest. */
      readonly recent: number;
      readonly samples: number;
      /** How long the next opening lasts. */
      readonly openMs: Ms;
    }
  | { readonly kind: 'open'; readonly until: Ms; readonly openMs: Ms }
  /** `until` is the end of the opening that the call in flight interrupts or follows. */
  | { readonly kind: 'half-open'; readonly since: Ms; readonly until: Ms; readonly openMs: Ms };

/** Calls that the failure rate looks back on. */
export const WINDOW = 20;
const WINDOW_MASK = 2 ** WINDOW - 1;

export function closedBreaker(settings: BreakerSettings): Breaker {
  return closed(settings.openMs);
}

function closed(openMs: Ms): Breaker {
  return { kind: 'closed', consecutive: 0, recent: 0, samples: 0, openMs };
}

/**
 * Whether a trial may start: the time of the opening is over. A trial that was never heard of again is given up after
 * the time of an opening.
 */
export function isTrialDue(breaker: Breaker, now: Ms): boolean {
  if (breaker.kind === 'closed') return false;
  return breaker.kind === 'open' ? now >= breaker.until : now >= breaker.since + breaker.openMs;
}

/** A call starts. On a breaker that is not closed it is a trial, also when nothing better was left to try. */
export function onCallStart(breaker: Breaker, now: Ms): Breaker {
  if (breaker.kind === 'closed') return breaker;
  return { kind: 'half-open', since: now, until: breaker.until, openMs: breaker.openMs };
}

/** The service answered. What ended while it was open had started before: it proves nothing. */
export function onSuccess(breaker: Breaker, settings: BreakerSettings): Breaker {
  if (breaker.kind === 'open') return breaker;
  if (breaker.kind === 'half-open') return closed(breaker.openMs);
  if (breaker.consecutive === 0 && breaker.recent === 0 && breaker.samples === WINDOW) return breaker;
  const samples = Math.min(breaker.samples + 1, WINDOW);
  const recent = (breaker.recent << 1) & WINDOW_MASK;
  // A full window of successes makes it a service like any other: its next opening is short again.
  const openMs = samples === WINDOW && recent === 0 ? settings.openMs : breaker.openMs;
  return { kind: 'closed', consecutive: 0, recent, samples, openMs };
}

/** The service failed, by its own fault. */
export function onFailure(breaker: Breaker, settings: BreakerSettings, now: Ms): Breaker {
  if (breaker.kind === 'open') return breaker;
  if (breaker.kind === 'half-open') {
    // One sent before its time had nowhere else to go; were that to count, the callers of a network with one service
    // would keep it shut long after it is well again.
    const { since, until, openMs } = breaker;
    return since < until ? { kind: 'open', until, openMs } : open(openMs, settings, now);
  }
  const consecutive = breaker.consecutive + 1;
  const recent = ((breaker.recent << 1) | 1) & WINDOW_MASK;
  const samples = Math.min(breaker.samples + 1, WINDOW);
  const often = samples === WINDOW && bitCount(recent) >= settings.failureRate * WINDOW;
  if (often || consecutive >= settings.consecutiveFailures) return open(breaker.openMs, settings, now);
  return { kind: 'closed', consecutive, recent, samples, openMs: breaker.openMs };
}

/**
 * A poll was answered. It asks for little and proves little: it counts only where no trial by a copied call came in
 * the time of a whole opening after this one, for want of calls to copy.
 */
export function onPollAnswered(breaker: Breaker, now: Ms): Breaker {
  return breaker.kind === 'open' && now >= breaker.until + breaker.openMs ? closed(breaker.openMs) : breaker;
}

/** The call told nothing about health (rate limited, aborted): another trial may follow at once. */
export function onNeutral(breaker: Breaker, now: Ms): Breaker {
  return breaker.kind === 'half-open' ? { kind: 'open', until: now, openMs: breaker.openMs } : breaker;
}

function open(openMs: Ms, settings: BreakerSettings, now: Ms): Breaker {
  const next = ms(Math.min(openMs * 2, settings.maxOpenMs));
  return { kind: 'open', until: ms(now + openMs), openMs: next };
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
