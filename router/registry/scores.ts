import type { Sla } from './providerSet.ts';
import type { Verdict } from './verdict.ts';

/** Epochs that count: by then what was said weighs less than a hundredth. */
export const SCORED_EPOCHS = 8;
/** Of an epoch of whose service nothing is known, and of a service that nobody speaks of. */
export const NEUTRAL_SCORE = 1;
/**
 * The score moves calls to others and excludes nobody: a jail does, and what the gateway sees itself. A service without
 * any calls could also never show a gateway that its watchers err.
 */
export const LEAST_SCORE = 0.1;

// A smaller difference is not worth telling every process of.
const PARTS = 100;
const HALF_LIFE_EPOCHS = 1;
// What a user notices is not one call that fails, but that one of a page's calls does.
const CALLS_TOGETHER = 10;
// Up to so many times as slow as the network's usual service is no reason to avoid one: a gateway measures by itself.
const USUAL_TIMES = 2;
// Differences below are the watchers' own way to the service.
const UNNOTICED_MS = 50;

/**
 * How well a service did in one epoch, 0 to 1: the chance that ten calls in a row are answered, less for being slower
 * than the others of its network or behind; 0 where most watchers proved answers wrong beyond the SLA.
 * @param usualLatencyMs the network's, as of {@link usualLatency}
 */
export function epochScore(verdict: Verdict, usualLatencyMs: number | undefined, sla: Sla): number {
  if (verdict.mismatches > sla.maxMismatches) return 0;
  const answered = verdict.availability ** CALLS_TOGETHER;
  // Half at the most that the network allows.
  const upToDate = 1 / (1 + verdict.p95BlockLag / Math.max(sla.maxP95BlockLag, 1));
  return answered * upToDate * speed(verdict.p95LatencyMs, usualLatencyMs);
}

function speed(latencyMs: number | undefined, usualMs: number | undefined): number {
  if (latencyMs === undefined || usualMs === undefined) return 1;
  return Math.min(1, (USUAL_TIMES * usualMs + UNNOTICED_MS) / latencyMs);
}

/** The median of a network's services in one epoch; undefined where nothing is known of any. */
export function usualLatency(verdicts: readonly Verdict[]): number | undefined {
  const known = verdicts.flatMap(({ p95LatencyMs }) => (p95LatencyMs === undefined ? [] : [p95LatencyMs]));
  return known.sort((a, b) => a - b)[Math.floor(known.length / 2)];
}

/**
 * What a service's weight is multiplied with, {@link LEAST_SCORE} to 1: the mean of its epochs, each of which counts half
 * of what the one after it does. Of whom nothing is known, or no longer, that is 1.
 * @param newestFirst of the epochs that are over, one by one; undefined where nothing is known of the service
 */
export function decayedScore(newestFirst: readonly (number | undefined)[]): number {
  let sum = 0;
  let weights = 0;
  for (let age = 0; age < SCORED_EPOCHS; age += 1) {
    const weight = 0.5 ** (age / HALF_LIFE_EPOCHS);
    sum += weight * (newestFirst[age] ?? NEUTRAL_SCORE);
    weights += weight;
  }
  return Math.max(LEAST_SCORE, Math.round((sum / weights) * PARTS) / PARTS);
}
