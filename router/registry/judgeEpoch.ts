import { type AttestedOffence, breachesOf, type Figures } from './breaches.ts';
import type { EpochRecord, EpochReport, ScoredVerdict } from './networkRecord.ts';
import type { NetworkKey, ProviderSet, Service, ServiceKey, Sla } from './providerSet.ts';
import { decayedScore, epochScore, SCORED_EPOCHS, usualLatency } from './scores.ts';
import { isPlausible, isQuorum, type Verdict, verdictOf, type Word } from './verdict.ts';

export interface EpochWords {
  readonly epoch: number;
  readonly totalWeight: number;
  /** One of each watcher. */
  readonly reports: readonly EpochReport[];
}

/** What an epoch's reports say about the set's services. Numbers of no service, and absurd figures, say nothing. */
export function judgeEpoch({ epoch, totalWeight, reports }: EpochWords, set: ProviderSet): EpochRecord {
  const words = wordsByService(reports);
  const byNetwork = new Map<NetworkKey, Map<ServiceKey, Verdict>>();
  for (const { key, id, network } of servicesOf(set)) {
    const verdict = verdictOf(words.get(id) ?? [], totalWeight);
    if (verdict === undefined) continue;
    const ofNetwork = byNetwork.get(network) ?? new Map<ServiceKey, Verdict>();
    byNetwork.set(network, ofNetwork.set(key, verdict));
  }
  const verdicts = new Map<ServiceKey, ScoredVerdict>();
  for (const [network, ofNetwork] of byNetwork) {
    const sla = set.networks.get(network)?.sla;
    if (sla === undefined) continue;
    const usual = usualLatency([...ofNetwork.values()]);
    for (const [key, verdict] of ofNetwork)
      verdicts.set(key, { ...verdict, score: epochScore(verdict, usual, sla) });
  }
  return { epoch, totalWeight, reports, verdicts };
}

/** Of all services that one of these epochs tells of. @param lastEpoch the newest that is over */
export function scoresOf(epochs: readonly EpochRecord[], lastEpoch: number): Map<ServiceKey, number> {
  const newestFirst: (EpochRecord | undefined)[] = [];
  for (const record of epochs) {
    const age = lastEpoch - record.epoch;
    if (age >= 0 && age < SCORED_EPOCHS) newestFirst[age] = record;
  }
  const keys = new Set(epochs.flatMap(({ verdicts }) => [...verdicts.keys()]));
  const scoreOf = (key: ServiceKey) =>
    decayedScore(Array.from(newestFirst, (record) => record?.verdicts.get(key)?.score));
  return new Map(Array.from(keys, (key) => [key, scoreOf(key)]));
}

/** What one watcher said of one service. */
export interface Saying {
  readonly report: EpochReport;
  readonly figures: Figures;
  /** Of the SLA, by these figures. */
  readonly breaches: readonly AttestedOffence[];
  /** Whether the network says otherwise (it sees a breach that this watcher does not, or the other way round), or the
   * figures are such that no service can have them. */
  readonly dissents: boolean;
}

/** Who said what of a service in one epoch. Looks through all reports: for people's questions. */
export function sayingsOf(
  { reports, totalWeight }: Pick<EpochRecord, 'reports' | 'totalWeight'>,
  serviceId: number,
  sla: Sla,
): Saying[] {
  const said = reports.flatMap((report) => {
    const figures = figuresOf(report, serviceId);
    return figures ? [{ report, figures, breaches: breachesOf(figures, sla) }] : [];
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
    isPlausible(figures) && breaches.length === agreed.size && breaches.every((breach) => agreed.has(breach));
  return said.map((saying) => ({ ...saying, dissents: !agrees(saying) }));
}

function figuresOf({ records }: EpochReport, serviceId: number): Figures | undefined {
  // The first counts.
  for (const figures of records) if (figures.serviceId === serviceId) return figures;
  return undefined;
}

function wordsByService(reports: readonly EpochReport[]): Map<number, Word[]> {
  const words = new Map<number, Word[]>();
  for (const { weight, records } of reports) {
    const spokenOf = new Set<number>();
    for (const figures of records) {
      const { serviceId: id } = figures;
      if (spokenOf.has(id)) continue;
      spokenOf.add(id);
      if (!isPlausible(figures)) continue;
      const known = words.get(id);
      if (known) known.push({ weight, figures });
      else words.set(id, [{ weight, figures }]);
    }
  }
  return words;
}

function* servicesOf(set: ProviderSet): Generator<Service> {
  for (const { services } of set.providers.values()) yield* services.values();
}
