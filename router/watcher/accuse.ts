import { type AttestedOffence, breachesOf } from '../registry/breaches.ts';
import type { NetworkKey, Sla } from '../registry/providerSet.ts';
import type { MeasuredService } from './epochReport.ts';

export interface Accusation extends MeasuredService {
  readonly offence: AttestedOffence;
}

/** What a bad line of the watcher's own would look like, were it everyone's fault. */
const OWN_LINE: ReadonlySet<AttestedOffence> = new Set(['outage', 'downtime', 'latency']);

/**
 * The breaches that a watcher alleges. An offence of the line that every measured service of a network would have
 * committed is the watcher's own line's, or the network's, until shown otherwise: it abstains from it.
 */
export function accuse(
  measured: readonly MeasuredService[],
  slas: ReadonlyMap<NetworkKey, Sla>,
): readonly Accusation[] {
  const accusations: Accusation[] = [];
  for (const [network, services] of Map.groupBy(measured, ({ service }) => service.network)) {
    const sla = slas.get(network);
    if (sla === undefined) continue;
    const breaches = services.flatMap((one) =>
      breachesOf(one.figures, sla).map((offence): Accusation => ({ ...one, offence })),
    );
    const counts = Map.groupBy(breaches, ({ offence }) => offence);
    accusations.push(
      ...breaches.filter(
        ({ offence }) => !OWN_LINE.has(offence) || counts.get(offence)?.length !== services.length,
      ),
    );
  }
  return accusations;
}
