import { setTimeout as sleep } from 'node:timers/promises';

/** When to look again: after a while, or at once when a new block is announced. */
export interface Pace {
  announce(): void;
  /** Resolves when it is time, or the signal aborts. */
  next(signal: AbortSignal): Promise<void>;
}

// Announcements make polls a safety net; one that found a look already made by them needs no more than this.
const ANNOUNCED_FACTOR = 5;

export function createPace(pollIntervalMs: number): Pace {
  let announced = false;
  let wasAnnounced = false;
  let wake: (() => void) | undefined;
  return {
    announce() {
      announced = true;
      wake?.();
    },
    async next(signal) {
      if (!announced && !signal.aborted) {
        const awake = new AbortController();
        wake = () => awake.abort();
        const span = wasAnnounced ? pollIntervalMs * ANNOUNCED_FACTOR : pollIntervalMs;
        const either = AbortSignal.any([signal, awake.signal]);
        await sleep(span, undefined, { signal: either }).catch(() => undefined);
        wake = undefined;
      }
      // An endpoint that falls silent has its poll at the slower pace once.
      wasAnnounced = announced;
      announced = false;
    },
  };
}
