import type { Ms } from '../core/units.ts';

/** How fast a service answers, as last seen. */
export interface Latency {
  /** Moving average that rises to a peak at once and comes down slowly. */
  readonly ewmaMs: number;
  /** Estimate of the 95th percentile. */
  readonly p95Ms: number;
  readonly at: Ms;
}

// Half a peak is forgotten after about 7 s: a service that was slow gets another look soon, not at once.
const DECAY_MS = 10_000;
// Step of the percentile's estimate: follows a change within some dozen answers.
const P95_STEP = 0.1;
const P95 = 0.95;

export function observeLatency(latency: Latency | undefined, sampleMs: number, now: Ms): Latency {
  if (!latency) return { ewmaMs: sampleMs, p95Ms: sampleMs * 2, at: now };
  const age = Math.exp(-(now - latency.at) / DECAY_MS);
  const ewmaMs = sampleMs > latency.ewmaMs ? sampleMs : latency.ewmaMs * age + sampleMs * (1 - age);
  // Up by 95 parts when above, down by 5 when not: at rest where 5 % are above.
  const step = sampleMs > latency.p95Ms ? P95 : P95 - 1;
  // The floor lets an estimate that came down to nothing rise again.
  const p95Ms = Math.max(latency.p95Ms * (1 + P95_STEP * step), 0.1);
  return { ewmaMs, p95Ms, at: now };
}

/** What an answer is expected to take now. The longer nothing was seen, the less the past counts. */
export function expectedMs(latency: Latency | undefined, now: Ms): number {
  return latency ? latency.ewmaMs * Math.exp(-(now - latency.at) / DECAY_MS) : 0;
}
