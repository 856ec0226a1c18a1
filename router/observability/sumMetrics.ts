import { AggregatorRegistry, type Registry } from 'prom-client';

/** Metrics as prom-client writes them in JSON, which passes between processes. */
export type MetricsJson = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Counters and histograms of several processes, added up. A gauge is to be in one of them only. */
export function sumMetrics(all: readonly MetricsJson[]): Registry {
  return AggregatorRegistry.aggregate([...all]);
}

/** All but the gauges, which say what is and not what happened. */
export function countsOf(metrics: MetricsJson): MetricsJson {
  return metrics.filter(({ type }) => String(type) !== 'gauge');
}

/** Without the series of a service that left: strangers come and go. */
export function withoutService(metrics: MetricsJson, network: string, service: string): MetricsJson {
  return metrics.map((metric) => ({
    ...metric,
    values: metric.values.filter(({ labels }) => labels.network !== network || labels.service !== service),
  }));
}
