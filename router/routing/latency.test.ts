import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ms, ms } from '../core/units.ts';
import { expectedMs, type Latency, observeLatency } from './latency.ts';

function observeAll(samples: readonly number[], everyMs = 10): { latency: Latency | undefined; now: Ms } {
  let latency: Latency | undefined;
  let now = ms(0);
  for (const sample of samples) {
    now = ms(now + everyMs);
    latency = observeLatency(latency, sample, now);
  }
  return { latency, now };
}

describe('latency', () => {
  it('rises to a peak at once and comes down slowly', () => {
    const { latency, now } = observeAll([10, 10, 500, 10]);
    expect(expectedMs(latency, now)).toBeGreaterThan(400);
    const later = observeAll([10, 10, 500, ...Array(5_000).fill(10)]);
    expect(expectedMs(later.latency, later.now)).toBeLessThan(20);
  });

  it('is forgotten when nothing is seen', () => {
    const { latency, now } = observeAll([1_000]);
    expect(expectedMs(latency, ms(now + 60_000))).toBeLessThan(5);
  });

  it('expects nothing of a service never seen', () => {
    expect(expectedMs(undefined, ms(5))).toBe(0);
  });

  it('has a percentile that few answers exceed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 10, max: 1_000 }), { minLength: 2_000, maxLength: 2_000 }),
        (samples) => {
          const { latency } = observeAll(samples);
          const above = samples.filter((sample) => sample > (latency?.p95Ms ?? 0)).length / samples.length;
          expect(above).toBeLessThan(0.25);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('never leaves the range of what was seen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1 }),
        fc.nat(100_000),
        (samples, every) => {
          const { latency } = observeAll(samples, every);
          expect(latency?.ewmaMs).toBeLessThanOrEqual(Math.max(...samples));
          expect(latency?.ewmaMs).toBeGreaterThanOrEqual(Math.min(...samples) - 1e-6);
        },
      ),
    );
  });
});
