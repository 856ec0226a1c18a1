import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ms } from '../core/units.ts';
import type { NetworkKey, Service, ServiceKey, Sla } from '../registry/providerSet.ts';
import { accuse } from './accuse.ts';
import { epochReport, type SampledService } from './epochReport.ts';
import type { Sample } from './sample.ts';

const NETWORK = `0x${'11'.repeat(32)}` as NetworkKey;
const WITNESS = 2_000 as Ms;
const sla: Sla = {
  minAvailabilityBps: 9_000,
  maxP95LatencyMs: 500,
  maxP95BlockLag: 10,
  maxMismatches: 0,
  minSamples: 3,
};

function service(id: number): Service {
  const provider = `0x${id.toString(16).padStart(40, '0')}` as const;
  return {
    key: `${provider}/${NETWORK}` as ServiceKey,
    id,
    provider,
    network: NETWORK,
    url: `https://node${id}.example`,
    capabilities: 1,
    status: 'live',
    minStake: 1n,
  };
}

interface Answer {
  readonly ok?: boolean;
  readonly latencyMs?: number;
  readonly behind?: number;
  readonly mismatch?: boolean;
}

/** A service asked once a second of a chain with one block a second. */
function sampled(id: number, answers: readonly Answer[]): SampledService {
  const samples = answers.map(
    ({ ok = true, latencyMs = 20, behind = 0, mismatch = false }, index): Sample => {
      const startedAt = index * 1_000 + id;
      return {
        startedAt: startedAt as Ms,
        endedAt: (startedAt + latencyMs) as Ms,
        ok,
        latencyMs: latencyMs as Ms,
        head: ok ? 500 + index - behind : undefined,
        mismatch,
      };
    },
  );
  return { service: service(id), samples };
}

const many = (answer: Answer, count = 20) => Array.from({ length: count }, () => answer);
const slas = new Map([[NETWORK, sla]]);

function offences(services: readonly SampledService[]): string[] {
  return accuse(epochReport(services, WITNESS), slas).map((one) => `${one.service.id} ${one.offence}`);
}

test('each service is measured by samples, successes, latency, lag and mismatches', () => {
  const report = epochReport(
    [
      sampled(1, many({})),
      sampled(2, many({})),
      sampled(3, [...many({ latencyMs: 80.9, behind: 4, mismatch: true }, 18), ...many({ ok: false }, 2)]),
    ],
    WITNESS,
  );
  expect(report.map(({ service: { id }, figures }) => ({ id, ...figures }))).toEqual([
    { id: 1, samples: 20, successes: 20, p95LatencyMs: 20, p95BlockLag: 0, mismatches: 0 },
    { id: 2, samples: 20, successes: 20, p95LatencyMs: 20, p95BlockLag: 0, mismatches: 0 },
    // Three of the four blocks behind: the others had shown the fourth only after it was asked.
    { id: 3, samples: 20, successes: 18, p95LatencyMs: 80, p95BlockLag: 3, mismatches: 18 },
  ]);
});

test('figures saturate at 16 bits, and the share of answers is kept', () => {
  const [one] = epochReport(
    [sampled(1, many({ latencyMs: 70_000 }, 70_000)), sampled(2, many({}, 3))],
    WITNESS,
  );
  expect(one?.figures).toMatchObject({ samples: 65_535, successes: 65_535, p95LatencyMs: 65_535 });
});

test('a percentile of fewer than three values is left at 0', () => {
  const [one] = epochReport([sampled(1, many({ latencyMs: 9_000 }, 2)), sampled(2, many({}))], WITNESS);
  expect(one?.figures.p95LatencyMs).toBe(0);
});

test('a dead service is accused of an outage alone, its neighbours of nothing', () => {
  expect(offences([sampled(1, many({})), sampled(2, many({ ok: false })), sampled(3, many({}))])).toEqual([
    '2 outage',
  ]);
});

test('slow, flapping, stale and foreign services are accused of just that', () => {
  const flapping = Array.from({ length: 20 }, (_, index) => ({ ok: index % 4 !== 0 }));
  expect(
    offences([
      ...[1, 2, 3, 4, 5].map((id) => sampled(id, many({}))),
      sampled(6, many({ latencyMs: 900 })),
      sampled(7, flapping),
      sampled(8, many({ behind: 20 })),
      sampled(9, many({ mismatch: true })),
    ]),
  ).toEqual(['6 latency', '7 downtime', '8 stale', '9 invalidData']);
});

test('what befalls every service at once is the watcher’s own line and accuses nobody', () => {
  expect(offences([1, 2, 3].map((id) => sampled(id, many({ latencyMs: 3_000 }))))).toEqual([]);
  expect(offences([1, 2, 3].map((id) => sampled(id, many({ ok: false }))))).toEqual([]);
  expect(
    epochReport(
      [1, 2, 3].map((id) => sampled(id, many({ ok: false }))),
      WITNESS,
    ),
  ).toEqual([]);
});

test('dead services are no witnesses that the others are slow, or fail', () => {
  const dead = sampled(1, many({ ok: false }));
  const slow = [2, 3].map((id) => sampled(id, many({ latencyMs: 3_000 })));
  expect(offences([dead, ...slow])).toEqual(['1 outage']);
  const flapping = [2, 3].map((id) =>
    sampled(
      id,
      many({}).map((one, index) => ({ ...one, ok: index % 4 > 0 })),
    ),
  );
  expect(offences([dead, ...flapping])).toEqual([]);
  expect(offences([dead, ...slow, sampled(4, many({}))])).toEqual(['1 outage', '2 latency', '3 latency']);
});

test('a service asked less often than the SLA wants is not accused', () => {
  expect(offences([sampled(1, many({})), sampled(2, many({ ok: false }, 2))])).toEqual([]);
});

test('services within the SLA are never accused, whatever the others do', () => {
  const good = fc.record({ latencyMs: fc.nat(sla.maxP95LatencyMs), behind: fc.constant(0) });
  const bad = fc.record({
    ok: fc.boolean(),
    latencyMs: fc.nat(5_000),
    behind: fc.integer({ min: -1_000, max: 400 }),
    mismatch: fc.boolean(),
  });
  const arbitrary = fc
    .record({
      good: fc.array(fc.array(good, { minLength: 20, maxLength: 20 }), { minLength: 1, maxLength: 4 }),
      bad: fc.array(fc.array(bad, { maxLength: 20 }), { maxLength: 4 }),
    })
    .filter((some) => some.bad.length <= some.good.length);
  fc.assert(
    fc.property(arbitrary, (some) => {
      const services = [...some.good, ...some.bad].map((list, index) => sampled(index + 1, list));
      const accused = accuse(epochReport(services, WITNESS), slas);
      for (const { service: one } of accused) expect(one.id).toBeGreaterThan(some.good.length);
    }),
  );
});
