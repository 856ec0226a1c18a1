import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createMetrics } from '../../observability/metrics.ts';
import { countsOf, sumMetrics } from '../../observability/sumMetrics.ts';
import { createGoneCounts } from './goneCounts.ts';
import type { WorkerReport } from './messages.ts';

async function report(fill: (metrics: ReturnType<typeof createMetrics>) => void): Promise<WorkerReport> {
  const registry = new Registry();
  fill(createMetrics(registry));
  const metrics = JSON.parse(JSON.stringify(countsOf(await registry.getMetricsAsJSON())));
  return { totals: { calls: 3, failed: 1, failovers: 0 }, networks: [], metrics };
}

test('what workers had counted stays in the sums, however many of them died', async () => {
  const gone = createGoneCounts();
  for (let deaths = 0; deaths < 3; deaths += 1)
    gone.add(await report((made) => made.call('one', 'result', 0.02)));
  const text = await sumMetrics(await gone.metrics()).metrics();
  expect(text).toContain('din_calls_total{network="one",result="result"} 3');
  expect(text).toContain('din_call_duration_seconds_bucket{le="0.025",network="one"} 3');
  expect(text).toContain('din_call_duration_seconds_bucket{le="0.01",network="one"} 0');
  expect(gone.totals()).toEqual({ calls: 9, failed: 3, failovers: 0 });
  expect(await gone.metrics()).toHaveLength(1);
});

test('a service that left leaves no series', async () => {
  const gone = createGoneCounts();
  const fill = (made: ReturnType<typeof createMetrics>) => {
    made.attempt('one', 'leaving', 'ok', 'ok');
    made.attempt('one', 'staying', 'ok', 'ok');
  };
  gone.add(await report(fill));
  gone.forgetService('one', 'leaving');
  const text = await sumMetrics(await gone.metrics()).metrics();
  expect(text).toContain('service="staying"');
  expect(text).not.toContain('leaving');
});

test('a gauge is no count', async () => {
  const { metrics } = await report(() => undefined);
  expect(metrics.map(({ name }) => name)).not.toContain('din_draining');
});
