import type { Ms, UnixSeconds } from './units.ts';

/** Where time comes from. Passed in, so that decisions can be tested without waiting. */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start: for spans. */
  now(): Ms;
  /** Wall-clock seconds since 1970: for comparing with blocks. */
  unix(): UnixSeconds;
}

/** Does something once, after this time. @returns calls it off */
export type Timer = (after: Ms, run: () => void) => () => void;

/** Where chance comes from: a number in [0, 1). */
export type Random = () => number;

export const systemClock: Clock = {
  now: () => performance.now() as Ms,
  unix: () => Math.floor(Date.now() / 1000) as UnixSeconds,
};

/** It does not keep the process alive. */
export const systemTimer: Timer = (after, run) => {
  // Whole milliseconds, rounded down otherwise: then it would be too early.
  const timer = setTimeout(run, Math.ceil(after)).unref();
  return () => clearTimeout(timer);
};
