import type { Ms } from '../core/units.ts';
import type { Address, NetworkKey, Sla } from '../registry/providerSet.ts';
import type { SampledService } from './epochReport.ts';
import type { Sample } from './sample.ts';

/** A call that was answered. */
interface Answered {
  readonly operator: Address;
  readonly startedAt: Ms;
  readonly endedAt: Ms;
}

/**
 * Takes the latency out of each answer beyond the SLA that was slow together with another operator's on that network,
 * when meanwhile none came in time. What slows several down at once is the watcher's own line until shown otherwise: a
 * stall of seconds would make all of an epoch's ninety-fifth percentiles.
 */
export function withoutSharedSlowness(
  sampled: readonly SampledService[],
  slas: ReadonlyMap<NetworkKey, Sla>,
): SampledService[] {
  return [...Map.groupBy(sampled, ({ service }) => service.network)].flatMap(([network, services]) => {
    const sla = slas.get(network);
    return sla === undefined ? services : ofNetwork(services, sla);
  });
}

function ofNetwork(services: readonly SampledService[], { maxP95LatencyMs }: Sla): readonly SampledService[] {
  const isSlow = ({ ok, latencyMs }: Sample) => ok && latencyMs !== undefined && latencyMs > maxP95LatencyMs;
  const isQuick = ({ ok, latencyMs }: Sample) =>
    ok && latencyMs !== undefined && latencyMs <= maxP95LatencyMs;
  const slow = answered(services, isSlow).sort((a, b) => a.startedAt - b.startedAt);
  if (slow.length < 2) return services;
  const quick = answered(services, isQuick).sort((a, b) => a.endedAt - b.endedAt);
  const longest = slow.reduce((most, { startedAt, endedAt }) => Math.max(most, endedAt - startedAt), 0);
  return services.map(({ service, samples }) => {
    const isOther = ({ operator }: Answered) => operator !== service.provider;
    const isShared = ({ startedAt, endedAt }: Sample) => {
      // Before the line stalled, and once it goes on, answers come, too.
      const third = (endedAt - startedAt) / 3;
      return (
        hasOne(
          slow,
          'startedAt',
          startedAt - longest,
          endedAt,
          (one) => isOther(one) && one.endedAt >= startedAt,
        ) && !hasOne(quick, 'endedAt', startedAt + third, endedAt - third, isOther)
      );
    };
    return {
      service,
      samples: samples.map((sample) =>
        isSlow(sample) && isShared(sample) ? { ...sample, latencyMs: undefined } : sample,
      ),
    };
  });
}

function answered(services: readonly SampledService[], isMeant: (sample: Sample) => boolean): Answered[] {
  return services.flatMap(({ service, samples }) =>
    samples
      .filter(isMeant)
      .map(({ startedAt, endedAt }) => ({ operator: service.provider, startedAt, endedAt })),
  );
}

/** Whether one of those that are sorted by an instant has it within the span, and fits. */
function hasOne(
  sorted: readonly Answered[],
  instant: 'startedAt' | 'endedAt',
  from: number,
  to: number,
  isFit: (one: Answered) => boolean,
): boolean {
  for (let index = firstSince(sorted, instant, from); index < sorted.length; index++) {
    const one = sorted[index];
    if (one === undefined || one[instant] > to) return false;
    if (isFit(one)) return true;
  }
  return false;
}

/** Index of the first whose instant is `at` or later. */
function firstSince(sorted: readonly Answered[], instant: 'startedAt' | 'endedAt', at: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.[instant] ?? Number.POSITIVE_INFINITY) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
