/** Keeps hedges a bounded share of the reads, so that slow services do not double the load on all. */
export interface HedgeBudget {
  /** A read came in. */
  earn(): void;
  canSpend(): boolean;
  spend(): void;
}

// So many hedges may start at once after calm times: a hung service takes about its share of a burst.
const MAX_SAVED = 20;

export function createHedgeBudget(share: number): HedgeBudget {
  let saved = MAX_SAVED;
  return {
    earn() {
      saved = Math.min(saved + share, MAX_SAVED);
    },
    canSpend: () => saved >= 1,
    spend() {
      saved -= 1;
    },
  };
}

/** For calls that are to be answered by one service: another one would be faster, and know something else. */
export const NO_HEDGES: HedgeBudget = { earn() {}, canSpend: () => false, spend() {} };
