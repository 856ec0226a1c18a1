import type { GasReserve } from './gasWatch.ts';

/** How far a watcher is. Undefined is "not known", or "none yet". */
export interface WatcherStatus {
  /** That runs by the settlement chain's time. */
  readonly epoch: number | undefined;
  /** Whether the settlement chain answered last; without it nothing is measured. */
  readonly isChainReachable: boolean;
  /** Newest epochs whose report was committed to, and revealed in full; over restarts. */
  readonly committed: number | undefined;
  readonly revealed: number | undefined;
  readonly gas: GasReserve | undefined;
}

// What was revealed was committed to before.
const REVEALED = ['revealed', 'rewarded', 'unrewarded'] as const;
const COMMITTED = ['committed', ...REVEALED] as const;

/** @param newest epoch of each state that a report is in */
export function progressOf(
  newest: ReadonlyMap<string, number>,
): Pick<WatcherStatus, 'committed' | 'revealed'> {
  const last = (states: readonly string[]) => {
    const epochs = states.flatMap((state) => newest.get(state) ?? []);
    return epochs.length > 0 ? Math.max(...epochs) : undefined;
  };
  return { committed: last(COMMITTED), revealed: last(REVEALED) };
}
