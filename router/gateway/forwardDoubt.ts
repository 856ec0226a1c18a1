import type { OpinionBudget } from '../routing/opinionBudget.ts';
import type { Running } from './forwardRun.ts';
import type { Review } from './networkHeads.ts';

/** What one call got of answers that cannot be passed on as they are. */
export interface Doubt {
  /** Takes one; whether another service should be asked before it counts. */
  add(from: Running, review: Review): boolean;
  /** A better answer was found. */
  resolve(): void;
  /** The last one counts when nobody knows better. */
  last(): DoubtfulAnswer | undefined;
}

export interface DoubtfulAnswer {
  readonly from: Running;
  readonly review: Review;
}

// So many others are asked whatever is left of the budget: two nodes may lack the same block.
const LEAST_OTHERS = 2;

export function createDoubt(budget: OpinionBudget): Doubt {
  let last: DoubtfulAnswer | undefined;
  let count = 0;
  let spent = 0;

  function needsOthers({ opinions }: Review): boolean {
    if (opinions !== 'most') return opinions === 'all' || (opinions === 'one' && count === 1);
    if (count <= LEAST_OTHERS) return true;
    if (!budget.spend()) return false;
    spent += 1;
    return true;
  }

  return {
    add(from, review) {
      last = { from, review };
      count += 1;
      return needsOthers(review);
    },
    resolve() {
      budget.giveBack(spent);
    },
    last: () => last,
  };
}
