import type { EpochRecord, EpochReport, ScoredVerdict } from './networkRecord.ts';
import type { NetworkKey, ProviderSet, Service, ServiceKey, Sla } from './providerSet.ts';
import { decayedScore, epochScore, SCORED_EPOCHS, usualLatency } from './scores.ts';
import { isPlausible, type Verdict, verdictOf, type Word } from './verdict.ts';

export interface EpochWords {
  readonly epoch: number;
  readonly totalWeight: number;
  /** One of each watcher. */
  readonly reports: readonly EpochReport[];
}

/** What words may be about. */
export interface Services {
  readonly services: readonly Pick<Service, 'key' | 'id' | 'network'>[];
  slaOf(network: NetworkKey): Sla | undefined;
}

/** All that were ever offered: one that is paused or jailed comes back with its record. */
export function servicesOf({ providers, networks }: ProviderSet): Services {
  return {
    services: providers
      .values()
      .flatMap(({ services }) => services.values())
      .toArray(),
    slaOf: (network) => networks.get(network)?.sla,
  };
}

// About a millisecond's work.
const STEP = 200;

/**
 * What an epoch's reports say about these services. Numbers of no service, and absurd figures, say nothing.
 * Thousands of services and dozens of reports are work for some hundred milliseconds: it is done in steps, between which
 * users' calls have their turn.
 */
export function* judgeEpoch(
  { epoch, totalWeight, reports }: EpochWords,
  { services, slaOf }: Services,
): Generator<undefined, EpochRecord> {
  const words = yield* wordsByService(reports);
  const byNetwork = new Map<NetworkKey, Map<ServiceKey, Verdict>>();
  for (const [index, { key, id, network }] of services.entries()) {
    if (index % STEP === 0) yield;
    const verdict = verdictOf(words.get(id) ?? [], totalWeight);
    if (verdict === undefined) continue;
    const ofNetwork = byNetwork.get(network) ?? new Map<ServiceKey, Verdict>();
    byNetwork.set(network, ofNetwork.set(key, verdict));
  }
  const verdicts = new Map<ServiceKey, ScoredVerdict>();
  for (const [network, ofNetwork] of byNetwork) {
    yield;
    const sla = slaOf(network);
    if (sla === undefined) continue;
    const usual = usualLatency([...ofNetwork.values()]);
    for (const [key, verdict] of ofNetwork)
      verdicts.set(key, { ...verdict, score: epochScore(verdict, usual, sla) });
  }
  return { epoch, totalWeight, reports, verdicts };
}

/**
 * Of all services that one of these epochs tells of; in steps, as above.
 * @param lastEpoch the newest that is over
 */
export function* scoresOf(
  epochs: readonly EpochRecord[],
  lastEpoch: number,
): Generator<undefined, Map<ServiceKey, number>> {
  const newestFirst: (EpochRecord | undefined)[] = Array.from({ length: SCORED_EPOCHS }, (_, age) =>
    epochs.find(({ epoch }) => epoch === lastEpoch - age),
  );
  const scores = new Map<ServiceKey, number>();
  for (const { verdicts } of epochs) {
    for (const [index, key] of verdicts.keys().toArray().entries()) {
      if (index % STEP === 0) yield;
      if (scores.has(key)) continue;
      scores.set(key, decayedScore(newestFirst.map((record) => record?.verdicts.get(key)?.score)));
    }
  }
  return scores;
}

function* wordsByService(reports: readonly EpochReport[]): Generator<undefined, Map<number, Word[]>> {
  const words = new Map<number, Word[]>();
  for (const { weight, records } of reports) {
    let read = 0;
    for (const figures of records.all) {
      read += 1;
      if (read % STEP === 0) yield;
      if (!isPlausible(figures)) continue;
      const known = words.get(figures.serviceId);
      if (known) known.push({ weight, figures });
      else words.set(figures.serviceId, [{ weight, figures }]);
    }
  }
  return words;
}
