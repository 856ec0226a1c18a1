import type { Counter, Gauge, Histogram, MetricValue, Registry } from 'prom-client';

/** A series at a scrape; a histogram has several names. */
export type Series = MetricValue<string> & { readonly metricName?: string };

/**
 * Registers a metric whose series are made at each scrape and not kept: there may be tens of thousands.
 * @param metric says its name and kind, and has no values of its own
 * @param series called at each scrape, in the same turn as those of all others
 */
export function registerCollected(
  registry: Registry,
  metric: Counter | Gauge | Histogram,
  series: () => Iterable<Series>,
): void {
  const description = metric.get();
  const get = async () => {
    const values = [...series()];
    return { ...(await description), values };
  };
  // The second is what its registry asks for text.
  registry.registerMetric(Object.assign(metric, { get, getForPromString: get }));
}

export function named(names: readonly string[], values: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  names.forEach((name, i) => {
    labels[name] = values[i] ?? '';
  });
  return labels;
}
