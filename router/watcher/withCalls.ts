import type { Random } from '../core/clock.ts';
import { breachesOf } from '../registry/breaches.ts';
import type { NetworkKey, ServiceKey, Sla } from '../registry/providerSet.ts';
import type { MeasuredService, SampledService } from './epochReport.ts';
import type { Sample } from './sample.ts';

export interface WithCallsArgs {
  /** By probes. */
  readonly sampled: readonly SampledService[];
  /** By users' calls. */
  readonly calls: ReadonlyMap<ServiceKey, readonly Sample[]>;
  readonly slas: ReadonlyMap<NetworkKey, Sla>;
  /** The figures by which services are judged. */
  readonly report: (sampled: readonly SampledService[]) => MeasuredService[];
  readonly random: Random;
}

/**
 * An epoch's figures by probes and users' calls together. Strangers make the calls, with any aim: so they count for
 * half at most, and where they would change what the probes say about the SLA, for nothing. They make the record finer,
 * and neither accuse nor acquit.
 */
export function withCalls({ sampled, calls, slas, report, random }: WithCallsArgs): MeasuredService[] {
  const probed = report(sampled);
  if (calls.size === 0) return probed;
  const probes = new Map(probed.map(({ service, figures }) => [service.key, figures.samples]));
  const together = sampled.map((one) => {
    const { key } = one.service;
    const chosen = someOf(calls.get(key) ?? [], probes.get(key) ?? 0, random);
    return { ...one, samples: [...one.samples, ...chosen] };
  });
  const joined = new Map(report(together).map((one) => [one.service.key, one]));
  return probed.map((one) => {
    const both = joined.get(one.service.key);
    return both && isSameVerdict(both, one, slas.get(one.service.network)) ? both : one;
  });
}

function isSameVerdict(a: MeasuredService, b: MeasuredService, sla: Sla | undefined): boolean {
  return sla !== undefined && String(breachesOf(a.figures, sla)) === String(breachesOf(b.figures, sla));
}

/** So many at random. */
function someOf<Item>(items: readonly Item[], count: number, random: Random): readonly Item[] {
  if (items.length <= count) return items;
  const rest = [...items];
  return Array.from({ length: count }, () => rest.splice(Math.floor(random() * rest.length), 1)).flat();
}
