import fc from 'fast-check';
import { Counter, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createCounter } from './counter.ts';
import { createHistogram } from './histogram.ts';

const SETTINGS = { name: 'din_x', help: 'x', labelNames: ['network', 'result'] };
const BUCKETS = [0.1, 1, 10];
const event = fc.record({
  network: fc.constantFrom('a', 'b', '__proto__', 'toString'),
  result: fc.constantFrom('ok', ''),
  // Bounds themselves belong to their bucket.
  value: fc.oneof(fc.constantFrom(0, 0.1, 1, 10, 10.5), fc.double({ min: 0, max: 20, noNaN: true })),
});

/** The series with their labels in one order: that of the text says nothing. */
async function series(registry: Registry): Promise<string[]> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines
    .map((line) => line.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(',').toSorted()}}`))
    .toSorted();
}

async function bothSeries(fill: (ours: Registry, theirs: Registry) => void) {
  const [ours, theirs] = [new Registry(), new Registry()];
  fill(ours, theirs);
  return { ours: await series(ours), theirs: await series(theirs) };
}

test("a histogram's series are those of prom-client, whatever was observed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event), async (events) => {
      const { ours, theirs } = await bothSeries((one, other) => {
        const fast = createHistogram(one, { ...SETTINGS, buckets: BUCKETS });
        const slow = new Histogram({ ...SETTINGS, buckets: BUCKETS, registers: [other] });
        for (const { network, result, value } of events) {
          fast.observe(value, network, result);
          slow.observe({ network, result }, value);
        }
      });
      expect(ours).toEqual(theirs);
    }),
  );
});

test("a counter's series are those of prom-client; what is removed leaves none", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event), async (events) => {
      const { ours, theirs } = await bothSeries((one, other) => {
        const fast = createCounter(one, SETTINGS);
        const slow = new Counter({ ...SETTINGS, registers: [other] });
        for (const { network, result } of events) {
          fast.inc(network, result);
          if (network !== 'b') slow.inc({ network, result });
        }
        fast.remove('b');
        fast.remove('never', 'counted');
      });
      expect(ours).toEqual(theirs);
    }),
  );
});

test('the kind of a metric and its help stand before it, in JSON too', async () => {
  const registry = new Registry();
  createHistogram(registry, { ...SETTINGS, buckets: BUCKETS }).observe(2, 'a', 'ok');
  expect(await registry.metrics()).toMatch(/^# HELP din_x x\n# TYPE din_x histogram\n/);
  const [metric] = await registry.getMetricsAsJSON();
  expect(metric).toMatchObject({ name: 'din_x', type: 'histogram', aggregator: 'sum' });
});
