import { type Ms, ms } from '../../router/core/units.ts';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** How a run of Ponder ended without anybody's asking. */
export interface RunEnd {
  /** It came to index and serve. */
  readonly wasReady: boolean;
  /** It dropped the index for its branch, and ended so that another run may begin anew. */
  readonly droppedIndex: boolean;
  /** Some run of this launcher was ready. */
  readonly everReady: boolean;
  /** Runs in a row before this one that ended before they were ready. */
  readonly failures: number;
}

/**
 * When to try again. Undefined: what keeps the very first run from starting would keep the next one too, people must
 * look at it.
 */
export function restartDelay({ wasReady, droppedIndex, everReady, failures }: RunEnd): Ms | undefined {
  if (droppedIndex) return ms(failures === 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** failures, MAX_DELAY_MS));
  if (!everReady) return undefined;
  return ms(wasReady ? FIRST_DELAY_MS : Math.min(FIRST_DELAY_MS * 2 ** failures, MAX_DELAY_MS));
}
