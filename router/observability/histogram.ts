import { Histogram, type Registry } from 'prom-client';
import { named, registerCollected } from './collected.ts';
import { createLabelTree } from './labelTree.ts';

/** As the fast counter, for spans. */
export interface FastHistogram {
  observe(value: number, ...labels: readonly string[]): void;
}

interface Observed {
  /** By bucket, not added up; the last one is for what is above all of them. */
  readonly counts: number[];
  sum: number;
}

export function createHistogram(
  registry: Registry,
  args: {
    readonly name: string;
    readonly help: string;
    readonly labelNames: readonly string[];
    /** Upper bounds, rising. */
    readonly buckets: readonly number[];
  },
): FastHistogram {
  const { name, help, labelNames, buckets } = args;
  const observed = createLabelTree(
    (): Observed => ({ counts: new Array(buckets.length + 1).fill(0), sum: 0 }),
  );
  const metric = new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [] });
  registerCollected(registry, metric, () =>
    Array.from(observed.entries(), ([labels, series]) =>
      seriesValues(name, buckets, named(labelNames, labels), series),
    ).flat(),
  );
  return {
    observe(value, ...labels) {
      const series = observed.at(...labels);
      let bucket = 0;
      while (bucket < buckets.length && value > (buckets[bucket] ?? 0)) bucket += 1;
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sum += value;
    },
  };
}

function seriesValues(
  name: string,
  buckets: readonly number[],
  labels: Record<string, string>,
  { counts, sum }: Observed,
) {
  let count = 0;
  const bucketValues = counts.map((own, i) => {
    count += own;
    return { metricName: `${name}_bucket`, labels: { le: buckets[i] ?? '+Inf', ...labels }, value: count };
  });
  return [
    ...bucketValues,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
