import { type MetricsJson, sumMetrics, withoutService } from '../../observability/sumMetrics.ts';
import type { CallTotals } from '../callHandler.ts';
import { sumTotals } from './mergeViews.ts';
import type { WorkerReport } from './messages.ts';

/** What workers that are gone had counted, as far as they told: sums must not go back when one of them dies. */
export interface GoneCounts {
  add(last: WorkerReport): void;
  totals(): CallTotals;
  metrics(): Promise<readonly MetricsJson[]>;
  forgetService(network: string, service: string): void;
}

export function createGoneCounts(): GoneCounts {
  let totals = sumTotals([]);
  let metrics: readonly MetricsJson[] = [];
  return {
    add(last) {
      totals = sumTotals([totals, last.totals]);
      metrics = [...metrics, last.metrics];
    },
    totals: () => totals,
    async metrics() {
      // Many deaths, one sum.
      if (metrics.length > 1) {
        const summed = metrics;
        const sum = await sumMetrics(summed).getMetricsAsJSON();
        metrics = [sum, ...metrics.slice(summed.length)];
      }
      return metrics;
    },
    forgetService(network, service) {
      metrics = metrics.map((each) => withoutService(each, network, service));
    },
  };
}
