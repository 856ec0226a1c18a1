import fc from 'fast-check';
import { expect, test } from 'vitest';
import { breachesOf } from './breaches.ts';
import type { Sla } from './providerSet.ts';

const uint16 = fc.nat(65_535);
const anySla: fc.Arbitrary<Sla> = fc.record({
  minAvailabilityBps: fc.nat(10_000),
  maxP95LatencyMs: uint16,
  maxP95BlockLag: uint16,
  maxMismatches: uint16,
  minSamples: uint16,
});
const sla: Sla = {
  minAvailabilityBps: 9_000,
  maxP95LatencyMs: 2_000,
  maxP95BlockLag: 10,
  maxMismatches: 0,
  minSamples: 3,
};
const healthy = { samples: 10, successes: 10, p95LatencyMs: 50, p95BlockLag: 0, mismatches: 0 };

test.each([
  ['healthy figures', {}, []],
  ['figures just at every bound', { successes: 9, p95LatencyMs: 2_000, p95BlockLag: 10 }, []],
  ['no answer at all', { successes: 0 }, ['outage']],
  ['too few answers', { successes: 8 }, ['downtime']],
  ['late answers', { p95LatencyMs: 2_001 }, ['latency']],
  ['old heads', { p95BlockLag: 11 }, ['stale']],
  ['a foreign chain', { mismatches: 1 }, ['invalidData']],
  ['too few samples of anything', { samples: 2, successes: 0, mismatches: 2 }, []],
  ['more answers than questions', { successes: 11, mismatches: 3 }, []],
  [
    'everything wrong',
    { successes: 1, p95LatencyMs: 9_999, p95BlockLag: 99, mismatches: 1 },
    ['downtime', 'latency', 'stale', 'invalidData'],
  ],
])('%s: %j shows %j', (_, change, offences) => {
  expect(breachesOf({ ...healthy, ...change }, sla)).toEqual(offences);
});

test('figures within the SLA show no breach', () => {
  const within = anySla.chain((some) =>
    fc.record({
      sla: fc.constant(some),
      figures: fc
        .record({
          samples: fc.integer({ min: 1, max: 65_535 }),
          failed: fc.double({ min: 0, max: 1, noNaN: true }),
          p95LatencyMs: fc.nat(some.maxP95LatencyMs),
          p95BlockLag: fc.nat(some.maxP95BlockLag),
          mismatches: fc.nat(some.maxMismatches),
        })
        .map(({ samples, failed, ...rest }) => {
          const fewest = Math.max(1, Math.ceil((samples * some.minAvailabilityBps) / 10_000));
          return { samples, successes: samples - Math.floor(failed * (samples - fewest)), ...rest };
        }),
    }),
  );
  fc.assert(
    fc.property(within, (some) => {
      expect(breachesOf(some.figures, some.sla)).toEqual([]);
    }),
  );
});

test('an outage is never also a downtime, and no sample shows nothing', () => {
  const figures = fc.record({
    samples: uint16,
    successes: uint16,
    p95LatencyMs: uint16,
    p95BlockLag: uint16,
    mismatches: uint16,
  });
  fc.assert(
    fc.property(figures, anySla, (some, of) => {
      const found = breachesOf(some, of);
      expect(found.includes('outage') && found.includes('downtime')).toBe(false);
      expect(breachesOf({ ...some, samples: 0 }, of)).toEqual([]);
    }),
  );
});
