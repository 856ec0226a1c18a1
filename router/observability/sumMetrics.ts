import { AggregatorRegistry, type Registry } from 'prom-client';

/** Metrics as prom-client writes them in JSON, which passes between processes. */
export type MetricsJson = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Counters and histograms of several processes, added up. */
export function sumMetrics(all: readonly MetricsJson[]): Registry {
  return AggregatorRegistry.aggregate([...all]);
}

/** All but the gauges, which say what is and not what happened. */
export function countsOf(metrics: MetricsJson): MetricsJson {
  return metrics.filter((metric) => !isGauge(metric));
}

export function gaugesIn(metrics: MetricsJson): MetricsJson {
  return metrics.filter(isGauge);
}

function isGauge({ type }: MetricsJson[number]): boolean {
  return String(type) === 'gauge';
}

/** Without the series of a service that left: strangers come and go. */
export function withoutService(metrics: MetricsJson, network: string, service: string): MetricsJson {
  return metrics.map((metric) => ({
    ...metric,
    values: metric.values.filter(({ labels }) => labels.network !== network || labels.service !== service),
  }));
}
