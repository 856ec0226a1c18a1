import { type AttestedOffence, breachesOf } from '../registry/breaches.ts';
import type { NetworkKey, Sla } from '../registry/providerSet.ts';
import type { MeasuredService } from './epochReport.ts';

export interface Accusation extends MeasuredService {
  readonly offence: AttestedOffence;
}

/** What a bad line of the watcher's own would look like, were it everyone's fault. */
const OWN_LINE: ReadonlySet<AttestedOffence> = new Set(['outage', 'downtime', 'latency']);

/**
 * The breaches that a watcher alleges. An offence of the line that every measured service would have committed is its
 * own network's until shown otherwise: it abstains from it.
 */
export function accuse(
  measured: readonly MeasuredService[],
  slas: ReadonlyMap<NetworkKey, Sla>,
): readonly Accusation[] {
  const accusations: Accusation[] = [];
  const counts = new Map<AttestedOffence, number>();
  for (const one of measured) {
    const sla = slas.get(one.service.network);
    if (sla === undefined) continue;
    for (const offence of breachesOf(one.figures, sla)) {
      accusations.push({ ...one, offence });
      counts.set(offence, (counts.get(offence) ?? 0) + 1);
    }
  }
  return accusations.filter(
    ({ offence }) => !OWN_LINE.has(offence) || counts.get(offence) !== measured.length,
  );
}
