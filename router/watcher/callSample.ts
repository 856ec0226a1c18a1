import type { CallObservation } from '../core/callObservation.ts';
import type { Sla } from '../registry/providerSet.ts';
import { probeTimeoutMs } from './probeTiming.ts';
import type { Sample } from './sample.ts';

/**
 * A user's call as a sample; undefined when it ended before a probe would have given up, as a router has less patience
 * with a service that has company.
 */
export function sampleOfCall(observation: CallObservation, sla: Sla): Sample | undefined {
  const { outcome, startedAt, endedAt, latencyMs, head } = observation;
  if (outcome === 'timeout' && latencyMs < probeTimeoutMs(sla)) return undefined;
  const ok = outcome === 'ok';
  return { startedAt, endedAt, ok, latencyMs, head: ok ? head : undefined, mismatch: false };
}
