import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ms } from '../core/units.ts';
import { breachesOf } from '../registry/breaches.ts';
import type { NetworkKey, Service, ServiceKey, Sla } from '../registry/providerSet.ts';
import { accuse } from './accuse.ts';
import { epochReport, type MeasuredService, type SampledService } from './epochReport.ts';
import type { Sample } from './sample.ts';
import { withCalls } from './withCalls.ts';

const NETWORK = `0x${'11'.repeat(32)}` as NetworkKey;
const WITNESS = 2_000 as Ms;
const sla: Sla = {
  minAvailabilityBps: 9_000,
  maxP95LatencyMs: 500,
  maxP95BlockLag: 10,
  maxMismatches: 0,
  minSamples: 3,
};
const slas = new Map([[NETWORK, sla]]);
const report = (sampled: readonly SampledService[]) => epochReport(sampled, WITNESS);

function service(id: number): Service {
  const provider = `0x${id.toString(16).padStart(40, '0')}` as const;
  const key = `${provider}/${NETWORK}` as ServiceKey;
  const url = `https://node${id}.example`;
  return { key, id, provider, network: NETWORK, url, capabilities: 1, status: 'live', minStake: 1n };
}

const sample = fc
  .record({
    at: fc.integer({ min: 0, max: 20_000 }),
    ok: fc.boolean(),
    latencyMs: fc.integer({ min: 0, max: 2_000 }),
    head: fc.option(fc.integer({ min: 100, max: 140 }), { nil: undefined }),
  })
  .map(
    ({ at, ok, latencyMs, head }): Sample => ({
      startedAt: at as Ms,
      endedAt: (at + latencyMs) as Ms,
      ...{ ok, latencyMs: latencyMs as Ms, head: ok ? head : undefined, mismatch: false },
    }),
  );
const world = fc.array(
  fc.record({
    probes: fc.array(sample, { minLength: 1, maxLength: 15 }),
    calls: fc.array(sample, { maxLength: 40 }),
  }),
  { minLength: 1, maxLength: 5 },
);

function both(
  services: readonly { readonly probes: Sample[]; readonly calls: Sample[] }[],
  random = () => 0,
) {
  const sampled = services.map(({ probes }, id) => ({ service: service(id), samples: probes }));
  const calls = new Map(services.map(({ calls: each }, id) => [service(id).key, each]));
  return { probed: report(sampled), joined: withCalls({ sampled, calls, slas, report, random }) };
}

const keys = (measured: readonly MeasuredService[]) => measured.map((one) => one.service.key);

test('whatever users send, nobody is accused or let off by it, and nobody measured who had no probe', () => {
  fc.assert(
    fc.property(world, fc.double({ min: 0, max: 0.999 }), (services, chance) => {
      const { probed, joined } = both(services, () => chance);
      expect(keys(joined)).toEqual(keys(probed));
      joined.forEach((one, index) => {
        expect(breachesOf(one.figures, sla)).toEqual(breachesOf(probed[index]!.figures, sla));
      });
      const alleged = (measured: MeasuredService[]) =>
        accuse(measured, slas).map(({ service: { id }, offence }) => `${id} ${offence}`);
      expect(alleged(joined)).toEqual(alleged(probed));
    }),
  );
});

test('calls count for no more than the probes that were answered or whose failure had a witness', () => {
  fc.assert(
    fc.property(world, (services) => {
      const { probed, joined } = both(services);
      joined.forEach((one, index) => {
        const { length } = services[one.service.id]!.probes;
        expect(one.figures.samples).toBeLessThanOrEqual(length + probed[index]!.figures.samples);
      });
    }),
  );
});

const at = (startedAt: number, change: Partial<Sample> = {}): Sample => ({
  ...{ startedAt: startedAt as Ms, endedAt: (startedAt + 20) as Ms, ok: true, latencyMs: 20 as Ms },
  ...{ head: undefined, mismatch: false, ...change },
});
const row = (count: number, change: Partial<Sample> = {}) =>
  Array.from({ length: count }, (_, index) => at(index * 1_000, change));

test('calls that agree with the probes make the record finer', () => {
  const calls = [...row(9, { latencyMs: 90 as Ms }), at(8_500, { ok: false })];
  const { joined } = both([
    { probes: row(10), calls },
    { probes: row(10), calls: [] },
  ]);
  expect(joined[0]?.figures).toMatchObject({ samples: 20, successes: 19, p95LatencyMs: 90 });
  expect(joined[1]?.figures).toMatchObject({ samples: 10, successes: 10 });
});

test('a service that strangers make fail is measured by probes alone', () => {
  const { joined } = both([
    { probes: row(10), calls: row(200, { ok: false }) },
    { probes: row(10), calls: [] },
  ]);
  expect(joined[0]?.figures).toMatchObject({ samples: 10, successes: 10 });
});

test('a failed call near which no other service answered is no sample', () => {
  const { joined } = both([
    { probes: row(10), calls: [at(60_000, { ok: false })] },
    { probes: row(10), calls: [] },
  ]);
  expect(joined[0]?.figures).toMatchObject({ samples: 10, successes: 10 });
});
