import fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { metricsText } from './metricsText.ts';

const label = fc.oneof(fc.constantFrom('a', '', 'a"b', 'a\\b', 'a\nb', '\\"\n', 'é…'), fc.string());
const event = fc.record({
  network: label,
  service: label,
  value: fc.oneof(fc.double({ noNaN: true }), fc.integer()),
});

test("the text is prom-client's, whatever labels and values are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 20 }), async (events) => {
      const registry = new Registry();
      const labelNames = ['network', 'service'];
      const args = { help: 'a "word"\\ or\ntwo', registers: [registry] };
      const gauge = new Gauge({ ...args, name: 'din_gauge', labelNames });
      const counter = new Counter({ ...args, name: 'din_count_total', labelNames });
      const histogram = new Histogram({
        ...args,
        name: 'din_seconds',
        labelNames: ['network'],
        buckets: [1, 2],
      });
      new Gauge({ ...args, name: 'din_bare' }).set(5);
      for (const { network, service, value } of events) {
        gauge.set({ network, service }, value);
        counter.inc({ network, service });
        // Else the sum may be no number, of which prom-client writes no form that Prometheus reads.
        histogram.observe({ network }, Number.isFinite(value) ? value : 0);
      }
      const text = await metricsText(await registry.getMetricsAsJSON());
      expect(text.split('\n')).toEqual((await registry.metrics()).split('\n'));
    }),
  );
});

test('thousands of series are written whole', async () => {
  const registry = new Registry();
  const gauge = new Gauge({ name: 'din_x', help: 'x', labelNames: ['service'], registers: [registry] });
  for (let i = 0; i < 5_001; i += 1) gauge.set({ service: `s${i}` }, i);
  expect(await metricsText(await registry.getMetricsAsJSON())).toBe(await registry.metrics());
});
