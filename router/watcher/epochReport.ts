import type { Measurement } from '../chain/commitment.ts';
import type { Ms } from '../core/units.ts';
import type { NetworkKey, Service, ServiceKey } from '../registry/providerSet.ts';
import { blockLags, type HeadClaim } from './blockLag.ts';
import { p95 } from './percentile.ts';
import type { Sample } from './sample.ts';
import { witnessed } from './witness.ts';

/** One service's figures of one epoch: whole numbers of at most 16 bits, where they saturate. */
export type Figures = Omit<Measurement, 'serviceId'>;

export interface MeasuredService {
  readonly service: Service;
  readonly figures: Figures;
}

export interface SampledService {
  readonly service: Service;
  readonly samples: readonly Sample[];
}

const MAX_UINT16 = 65_535;

/** A percentile of fewer values than this is an anecdote, and is left at 0. */
const MIN_VALUES = 3;

/**
 * What an epoch's samples say about each service. A service without a credible sample is left out: the report is
 * silent about it.
 *
 * @param witnessMs How near another service must have answered for a failure to be believed.
 */
export function epochReport(sampled: readonly SampledService[], witnessMs: Ms): MeasuredService[] {
  const services = new Map(sampled.map(({ service }) => [service.key, service]));
  const credible = witnessed(new Map(sampled.map((one) => [one.service.key, one.samples])), witnessMs);
  const lags = new Map<ServiceKey, number[]>();
  for (const claims of headClaims(services, credible).values()) {
    for (const [key, list] of blockLags(claims)) lags.set(key, list);
  }
  const measured: MeasuredService[] = [];
  for (const [key, samples] of credible) {
    const service = services.get(key);
    if (service) measured.push({ service, figures: figuresOf(samples, lags.get(key) ?? []) });
  }
  return measured;
}

function headClaims(
  services: ReadonlyMap<ServiceKey, Service>,
  samples: ReadonlyMap<ServiceKey, readonly Sample[]>,
): Map<NetworkKey, HeadClaim<ServiceKey>[]> {
  const byNetwork = new Map<NetworkKey, HeadClaim<ServiceKey>[]>();
  for (const [key, list] of samples) {
    const network = services.get(key)?.network;
    if (network === undefined) continue;
    const claims = byNetwork.get(network) ?? [];
    for (const { head, startedAt, endedAt } of list) {
      if (head !== undefined) claims.push({ key, startedAt, endedAt, head });
    }
    byNetwork.set(network, claims);
  }
  return byNetwork;
}

function figuresOf(samples: readonly Sample[], lags: readonly number[]): Figures {
  const answered = samples.filter(({ ok }) => ok);
  return {
    // Both saturate together: a share must not change by counting too much.
    ...shareOf(samples.length, answered.length),
    p95LatencyMs: percentile(answered.map(({ latencyMs }) => latencyMs)),
    p95BlockLag: percentile(lags),
    mismatches: saturate(samples.filter(({ mismatch }) => mismatch).length),
  };
}

function shareOf(samples: number, successes: number): Pick<Figures, 'samples' | 'successes'> {
  if (samples <= MAX_UINT16) return { samples, successes };
  // Upwards: rounding accuses nobody.
  return { samples: MAX_UINT16, successes: Math.ceil((successes / samples) * MAX_UINT16) };
}

function percentile(values: readonly number[]): number {
  return values.length < MIN_VALUES ? 0 : saturate(p95(values));
}

/** Whole units, rounded down in the service's favour. */
function saturate(value: number): number {
  return Math.min(Math.floor(value), MAX_UINT16);
}
