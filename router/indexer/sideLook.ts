import { describeChainError } from '../chain/chainError.ts';
import type { Clock } from '../core/clock.ts';
import { type Ms, ms } from '../core/units.ts';
import type { RegistryFollower } from './registryFollower.ts';
import type { SourceLogger } from './sourceLogger.ts';

// One that cannot be followed now may be later, but most often it is a mistake that only governance can mend.
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

/** Looks at a registry that is not in force: nobody waits for them, and nobody fails with them. */
export interface SideLook {
  /** Does nothing while one is under way, or the last has failed a short while ago. */
  begin(signal: AbortSignal): void;
  /** Ends the one that is under way. */
  end(): void;
}

export function createSideLook(args: {
  readonly follower: RegistryFollower;
  readonly clock: Clock;
  readonly logger: SourceLogger | undefined;
}): SideLook {
  const { follower, clock, logger } = args;
  let underWay: AbortController | undefined;
  let trouble: { readonly message: string; readonly retryMs: number; readonly retryAt: Ms } | undefined;

  function noteTrouble(error: unknown): void {
    const message = describeChainError(error);
    if (message !== trouble?.message)
      logger?.error({ registry: follower.registry, error: message }, 'registry_successor_not_followed');
    const retryMs = Math.min(trouble === undefined ? FIRST_RETRY_MS : trouble.retryMs * 2, MAX_RETRY_MS);
    trouble = { message, retryMs, retryAt: ms(clock.now() + retryMs) };
  }

  async function look(outer: AbortSignal): Promise<void> {
    const own = new AbortController();
    underWay = own;
    const signal = AbortSignal.any([outer, own.signal]);
    try {
      await follower.look(signal);
      trouble = undefined;
    } catch (error) {
      if (!signal.aborted) noteTrouble(error);
    } finally {
      underWay = undefined;
    }
  }

  return {
    begin(signal) {
      const isTooSoon = trouble !== undefined && clock.now() < trouble.retryAt;
      if (underWay === undefined && !isTooSoon) void look(signal);
    },
    end: () => underWay?.abort(),
  };
}
