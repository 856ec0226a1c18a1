import type { Ms } from '../core/units.ts';

/** What one probe of one service showed. Instants are of the watcher's monotonic clock. */
export interface Sample {
  readonly startedAt: Ms;
  readonly endedAt: Ms;
  /** Answered, in time and well-formed. */
  readonly ok: boolean;
  readonly latencyMs: Ms;
  /** The height that the service claims for its head, when the probe asked for it. */
  readonly head: number | undefined;
  /** The answer is proven wrong: a foreign chain id. */
  readonly mismatch: boolean;
}
