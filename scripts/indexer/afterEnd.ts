import { type Ms, ms } from '../../router/core/units.ts';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
/** Ponder's own code for what another try will not mend; 75 is for endpoints and databases that do not answer. */
const NO_RETRY_HELPS = 1;
/** An endpoint that lags says the same as a chain that was begun anew. */
const CHAIN_IS_SHORTER = /cannot move backwards/;

/** How a run of Ponder ended without anybody's asking. */
export interface RunEnd {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly lastError: string | undefined;
  /** It came to index and serve. */
  readonly wasReady: boolean;
  /** It dropped the index for its branch, and ended so that another run may begin anew. */
  readonly droppedIndex: boolean;
  /** Some run of this launcher was ready. */
  readonly everReady: boolean;
  /** Runs in a row before this one that ended before they were ready. */
  readonly failures: number;
  /** The index was there before the run, on PGlite. */
  readonly resumedPglite: boolean;
}

export type NextRun =
  | {
      readonly kind: 'restart';
      readonly delayMs: Ms;
      /** The PGlite database must be removed first. */
      readonly rebuild: boolean;
    }
  /** What keeps the very first run from starting would keep the next one too: people must look at it. */
  | { readonly kind: 'giveUp' };

export function afterEnd(end: RunEnd): NextRun {
  const { exitCode, lastError, wasReady, droppedIndex, everReady, failures, resumedPglite } = end;
  const growing = ms(Math.min(FIRST_DELAY_MS * 2 ** failures, MAX_DELAY_MS));
  if (wasReady) return { kind: 'restart', delayMs: ms(FIRST_DELAY_MS), rebuild: false };
  if (droppedIndex) return { kind: 'restart', delayMs: failures === 0 ? ms(0) : growing, rebuild: false };
  // Ponder uses no transactions on PGlite: an earlier run that broke off has left half of something behind, and this
  // one found it there.
  if (resumedPglite && exitCode === NO_RETRY_HELPS && !CHAIN_IS_SHORTER.test(lastError ?? ''))
    return { kind: 'restart', delayMs: growing, rebuild: true };
  return everReady ? { kind: 'restart', delayMs: growing, rebuild: false } : { kind: 'giveUp' };
}
