import type { Ms, UnixSeconds } from './units.ts';

/** Where time comes from. Passed in, so that decisions can be tested without waiting. */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start: for spans. */
  now(): Ms;
  /** Wall-clock seconds since 1970: for comparing with blocks. */
  unix(): UnixSeconds;
}

/** Where chance comes from: a number in [0, 1). */
export type Random = () => number;

export const systemClock: Clock = {
  now: () => performance.now() as Ms,
  unix: () => Math.floor(Date.now() / 1000) as UnixSeconds,
};
