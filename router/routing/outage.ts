/** The breaker of a whole network: how hard services that should not be asked are tried when nobody else is left. */
export interface Outage {
  answered(): void;
  failed(): void;
  /** How many services that are not eligible one call may try. */
  lastResorts(): number;
}

// So many calls in a row without any answer: it is not one call's bad luck.
const FAILED_CALLS = 20;
// The least bad one and one more: no call is refused, but all callers together do not run down a network that lies.
const LAST_RESORTS = 2;

export function createOutage(): Outage {
  let failedInARow = 0;
  return {
    answered() {
      failedInARow = 0;
    },
    failed() {
      failedInARow += 1;
    },
    lastResorts: () => (failedInARow >= FAILED_CALLS ? LAST_RESORTS : Number.POSITIVE_INFINITY),
  };
}
