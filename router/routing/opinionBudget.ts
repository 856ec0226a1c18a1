import type { Clock } from '../core/clock.ts';

/**
 * Bounds what is spent on second opinions that change nothing: a client with made-up hashes must not multiply his load by
 * the number of services. Opinions that find what was asked for cost nothing in the end.
 */
export interface OpinionBudget {
  /** Takes one; false when there is none left. */
  spend(): boolean;
  /** So many of those taken were worth it. */
  giveBack(count: number): void;
}

// Enough for what honest clients get wrong, little beside any network's traffic.
const PER_SECOND = 10;
const MAX_SAVED = 100;

export function createOpinionBudget(clock: Clock): OpinionBudget {
  let saved = MAX_SAVED;
  let savedAt = clock.now();
  return {
    spend() {
      const now = clock.now();
      saved = Math.min(saved + ((now - savedAt) * PER_SECOND) / 1_000, MAX_SAVED);
      savedAt = now;
      if (saved < 1) return false;
      saved -= 1;
      return true;
    },
    giveBack(count) {
      saved = Math.min(saved + count, MAX_SAVED);
    },
  };
}
