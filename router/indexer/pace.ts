import { setTimeout as sleep } from 'node:timers/promises';

/** When to look again: after a while, or at once when a new block is announced. */
export interface Pace {
  announce(): void;
  /**
   * Resolves when it is time, or the signal aborts.
   * @param foundNews whether the look before found what was announced
   */
  next(signal: AbortSignal, foundNews: boolean): Promise<void>;
}

// Announcements make polls a safety net.
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
    async next(signal, foundNews) {
      if (!announced && !signal.aborted) {
        const awake = new AbortController();
        wake = () => awake.abort();
        // The node that is asked may come to know a block later than the one that announced it.
        const isServed = wasAnnounced && foundNews;
        const span = isServed ? pollIntervalMs * ANNOUNCED_FACTOR : pollIntervalMs;
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
