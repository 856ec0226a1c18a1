import { type AttestedOffence, breachesOf, type Figures } from './breaches.ts';
import type { EpochRecord, EpochReport } from './networkRecord.ts';
import type { Service, Sla } from './providerSet.ts';
import { isPlausible, isQuorum } from './verdict.ts';

/** What one watcher said of one service. */
export interface Saying {
  readonly report: EpochReport;
  /** Undefined where it accuses without any. */
  readonly figures: Figures | undefined;
  /** That its figures show by the SLA, and that it attested to the hub: an honest watcher attests what it shows. */
  readonly breaches: readonly AttestedOffence[];
  /** Whether the network says otherwise (it sees a breach that this watcher does not, or the other way round), or the
   * figures are such that no service can have them. */
  readonly dissents: boolean;
}

/** Who said what of a service in one epoch. */
export function sayingsOf(
  { reports, totalWeight }: Pick<EpochRecord, 'reports' | 'totalWeight'>,
  { id, key }: Pick<Service, 'id' | 'key'>,
  sla: Sla,
): Saying[] {
  const said = reports.flatMap((report) => {
    const figures = report.records.of(id);
    const attested = report.attested.get(key) ?? [];
    if (figures === undefined && attested.length === 0) return [];
    const shown = figures ? breachesOf(figures, sla) : [];
    return [{ report, figures, breaches: [...new Set([...shown, ...attested])] }];
  });
  const isAgreed = (offence: AttestedOffence) => {
    const accusing = said.filter(({ breaches }) => breaches.includes(offence));
    return isQuorum(
      accusing.reduce((sum, { report }) => sum + report.weight, 0),
      totalWeight,
    );
  };
  const agreed = new Set(said.flatMap(({ breaches }) => breaches).filter(isAgreed));
  const agrees = ({ figures, breaches }: (typeof said)[number]) =>
    (figures === undefined || isPlausible(figures)) &&
    breaches.length === agreed.size &&
    breaches.every((breach) => agreed.has(breach));
  return said.map((saying) => ({ ...saying, dissents: !agrees(saying) }));
}
