import type { Capability } from '../core/capability.ts';
import type { Ms } from '../core/units.ts';

/** What one probe of one service showed. Instants are of the watcher's monotonic clock. */
export interface Sample {
  readonly startedAt: Ms;
  readonly endedAt: Ms;
  /** Answered, in time and well-formed. */
  readonly ok: boolean;
  /** Undefined when it says nothing about the service: the question was a heavy one, or this machine was slow. */
  readonly latencyMs: Ms | undefined;
  /** The height that the service claims for its head, when the probe asked for it. */
  readonly head: number | undefined;
  /** The answer is proven wrong. */
  readonly mismatch: boolean;
  /** The declared capability that the probe put to the test, and nothing else. */
  readonly tested?: Capability;
}
