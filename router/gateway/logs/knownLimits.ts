import type { Clock } from '../../core/clock.ts';
import type { LogRouter } from './logRun.ts';

/** How long a query for logs a network's services take, as known of late: to ask each of them for every call costs too much. */
export interface KnownLimits {
  /** Blocks; undefined while one of the services has no known limit. */
  of(router: LogRouter): number | undefined;
  /** Something was learnt just now. */
  forget(router: LogRouter): void;
}

const KNOWN_FOR_MS = 1_000;

export function createKnownLimits(clock: Clock): KnownLimits {
  const known = new WeakMap<LogRouter, { readonly blocks: number | undefined; readonly until: number }>();
  return {
    of(router) {
      const now = clock.now();
      const last = known.get(router);
      if (last !== undefined && now < last.until) return last.blocks;
      const blocks = router.logBlocks();
      known.set(router, { blocks, until: now + KNOWN_FOR_MS });
      return blocks;
    },
    forget: (router) => known.delete(router),
  };
}
