import type { Ms } from '../core/units.ts';
import type { Sla } from '../registry/providerSet.ts';

/** At least this many samples of each service an epoch, as long as the epoch allows. */
const SAMPLES_PER_EPOCH = 20;
/** Never more often, however short a development epoch is. */
const MIN_INTERVAL_MS = 500;
/** Often enough to see an outage of minutes in an epoch of hours. */
const MAX_INTERVAL_MS = 30_000;

export function probeIntervalMs(epochSeconds: number): Ms {
  const interval = (epochSeconds * 1000) / SAMPLES_PER_EPOCH;
  return Math.min(Math.max(interval, MIN_INTERVAL_MS), MAX_INTERVAL_MS) as Ms;
}

/** Of one watcher: with more services each is asked less often, whatever memory and line that takes. */
const MAX_PROBES_PER_SECOND = 200;

/** The interval at which so many services can be asked. */
export function pacedIntervalMs(intervalMs: Ms, services: number): Ms {
  return Math.max(intervalMs, (services * 1000) / MAX_PROBES_PER_SECOND) as Ms;
}

/** No answer is waited for longer, however lax the SLA is. */
const MAX_TIMEOUT_MS = 30_000;
const MIN_TIMEOUT_MS = 1_000;

/** Twice the SLA's latency: a slow service must not look like a dead one. */
export function probeTimeoutMs(sla: Sla): Ms {
  return Math.min(Math.max(2 * sla.maxP95LatencyMs, MIN_TIMEOUT_MS), MAX_TIMEOUT_MS) as Ms;
}
