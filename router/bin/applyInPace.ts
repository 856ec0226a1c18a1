import type { Clock, Timer } from '../core/clock.ts';
import { type Ms, ms } from '../core/units.ts';

/** Brings something in line with what changes by itself. */
export interface PacedApply {
  /** Something has changed. */
  apply(): void;
  stop(): void;
}

// As long as the work takes less, each change has its own.
const UNNOTICED_MS = 5;
// While a chain is read on block by block, so much of the time is left for calls.
const REST = 9;

/**
 * Applies each change at once, or, while that takes long because there is much, as many changes together as come in the
 * meantime: it takes a tenth of the time at most.
 */
export function applyInPace(args: {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly apply: () => void;
}): PacedApply {
  const { clock, timer } = args;
  let restsUntil = ms(Number.NEGATIVE_INFINITY);
  let cancel: (() => void) | undefined;

  function run(): void {
    cancel = undefined;
    const begun = clock.now();
    args.apply();
    restsUntil = restEnd(begun, clock.now());
  }

  return {
    apply() {
      if (cancel !== undefined) return;
      const wait = restsUntil - clock.now();
      if (wait <= 0) run();
      else cancel = timer(ms(wait), run);
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}

function restEnd(begun: Ms, ended: Ms): Ms {
  const took = ended - begun;
  return took < UNNOTICED_MS ? ended : ms(ended + REST * took);
}
