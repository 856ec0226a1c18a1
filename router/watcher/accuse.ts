import { type AttestedOffence, breachesOf } from '../registry/breaches.ts';
import type { NetworkKey, Sla } from '../registry/providerSet.ts';
import type { MeasuredService } from './epochReport.ts';

export interface Accusation extends MeasuredService {
  readonly offence: AttestedOffence;
}

/**
 * What a bad line of the watcher's own would look like, were it everyone's fault: what each of these is no witness
 * against. Of a service that hardly answered nobody knows how fast it is.
 */
const OWN_LINE: readonly (readonly [AttestedOffence, readonly AttestedOffence[]])[] = [
  ['outage', ['outage', 'downtime']],
  ['downtime', ['outage', 'downtime']],
  ['latency', ['outage', 'downtime', 'latency']],
];

/**
 * The breaches that a watcher alleges. An offence of the line, when no service of the network did better, is the
 * watcher's own line's, or the network's, until shown otherwise: it abstains from it.
 */
export function accuse(
  measured: readonly MeasuredService[],
  slas: ReadonlyMap<NetworkKey, Sla>,
): readonly Accusation[] {
  const accusations: Accusation[] = [];
  for (const [network, services] of Map.groupBy(measured, ({ service }) => service.network)) {
    const sla = slas.get(network);
    if (sla === undefined) continue;
    const breaches = services.map((one) => ({ one, offences: breachesOf(one.figures, sla) }));
    const own = new Set<AttestedOffence>();
    for (const [offence, alike] of OWN_LINE) {
      if (breaches.every(({ offences }) => offences.some((other) => alike.includes(other)))) own.add(offence);
    }
    for (const { one, offences } of breaches) {
      for (const offence of offences) if (!own.has(offence)) accusations.push({ ...one, offence });
    }
  }
  return accusations;
}
