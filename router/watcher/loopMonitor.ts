import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Ms, ms } from '../core/units.ts';

/** Watches how late this process's event loop comes to its work. */
export interface LoopMonitor {
  /** The longest delay since this was asked last. */
  longestDelay(): Ms;
  stop(): void;
}

const RESOLUTION_MS = 20;

export function startLoopMonitor(): LoopMonitor {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    longestDelay() {
      // The histogram counts the whole time between two looks, of which its resolution is no delay.
      const longest = histogram.max / 1e6 - RESOLUTION_MS;
      histogram.reset();
      return ms(Math.max(0, longest));
    },
    stop: () => void histogram.disable(),
  };
}
