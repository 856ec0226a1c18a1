import type { Measurement } from '../chain/commitment.ts';
import type { Ms } from '../core/units.ts';
import type { Service, ServiceKey } from '../registry/providerSet.ts';
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
 * @param witnessMs How near another operator must have answered for a failure to be believed.
 */
export function epochReport(sampled: readonly SampledService[], witnessMs: Ms): MeasuredService[] {
  const credible = witnessed(sampled, witnessMs);
  const lags = new Map<ServiceKey, number[]>();
  for (const services of Map.groupBy(credible, ({ service }) => service.network).values()) {
    for (const [key, list] of blockLags(services.flatMap(headClaims))) lags.set(key, list);
  }
  return credible.map(({ service, samples }) => ({
    service,
    figures: figuresOf(samples, lags.get(service.key) ?? []),
  }));
}

function headClaims({ service, samples }: SampledService): HeadClaim<ServiceKey>[] {
  return samples.flatMap(({ head, startedAt, endedAt }) =>
    head === undefined ? [] : [{ key: service.key, startedAt, endedAt, head }],
  );
}

function figuresOf(samples: readonly Sample[], lags: readonly number[]): Figures {
  const answered = samples.filter(({ ok }) => ok);
  return {
    // Both saturate together: a share must not change by counting too much.
    ...shareOf(samples.length, answered.length),
    p95LatencyMs: percentile(
      answered.map(({ latencyMs }) => latencyMs).filter((latency) => latency !== undefined),
    ),
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
