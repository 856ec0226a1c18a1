import { expect, test } from 'vitest';
import type { CallObservation } from '../core/callObservation.ts';
import type { Ms } from '../core/units.ts';
import { sampleOfCall } from './callSample.ts';

const sla = {
  minAvailabilityBps: 9_000,
  maxP95LatencyMs: 1_000,
  maxP95BlockLag: 10,
  maxMismatches: 0,
  minSamples: 3,
};
const observed = (outcome: CallObservation['outcome'], latencyMs: number): CallObservation => ({
  ...{ startedAt: 0 as Ms, endedAt: latencyMs as Ms, outcome, latencyMs: latencyMs as Ms, head: 7 },
});

test('a call is a sample as a probe would be', () => {
  expect(sampleOfCall(observed('ok', 20), sla)).toMatchObject({ ok: true, latencyMs: 20, head: 7 });
  expect(sampleOfCall(observed('failed', 20), sla)).toMatchObject({ ok: false, head: undefined });
});

test('silence is a failure only once a probe would have given up too', () => {
  expect(sampleOfCall(observed('timeout', 1_999), sla)).toBeUndefined();
  expect(sampleOfCall(observed('timeout', 2_000), sla)).toMatchObject({ ok: false });
});
