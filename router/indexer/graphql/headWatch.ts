import type { Clock } from '../../core/clock.ts';
import type { Ms } from '../../core/units.ts';

export interface HeadWatchOptions {
  /** One look; undefined, or a rejection, when the chain cannot be seen. */
  look(signal: AbortSignal): Promise<bigint | undefined>;
  readonly intervalMs: Ms;
  readonly clock: Clock;
}

/** The chain's newest block as last seen, at most so old, while somebody asks. */
export interface HeadWatch {
  /** Looks when the last look is too old, one at a time. Resolves, and never rejects, when the look has ended. */
  refresh(signal: AbortSignal): Promise<void>;
  /** Seen by the way, at no cost. */
  saw(head: bigint): void;
  /** Undefined while the chain cannot be seen. */
  head(): bigint | undefined;
}

export function createHeadWatch({ look, intervalMs, clock }: HeadWatchOptions): HeadWatch {
  let head: bigint | undefined;
  let seenAt: Ms | undefined;
  let looking: Promise<void> | undefined;

  async function see(signal: AbortSignal): Promise<void> {
    head = await look(signal).catch(() => undefined);
    seenAt = clock.now();
    looking = undefined;
  }

  return {
    async refresh(signal) {
      if (seenAt !== undefined && clock.now() - seenAt < intervalMs) return;
      looking ??= see(signal);
      await looking;
    },
    saw(seen) {
      head = seen;
      seenAt = clock.now();
    },
    head: () => head,
  };
}
