import type { NetworkRecord, ScoredVerdict } from '../registry/networkRecord.ts';
import type { ServiceKey } from '../registry/providerSet.ts';
import { NEUTRAL_SCORE } from '../registry/scores.ts';

/** What watchers say of a service, as pages show it. Null is "not known". */
export interface ScoreStatus {
  /** What the weight of the service is multiplied with. */
  readonly factor: number;
  /** Medians of what was revealed, the newest first; only of epochs in which a quorum spoke of the service. */
  readonly epochs: readonly EpochStatus[];
}

export interface EpochStatus {
  readonly epoch: number;
  readonly watchers: number;
  /** Successes per sample. */
  readonly availability: number;
  readonly p95LatencyMs: number | null;
  readonly p95BlockLag: number;
  readonly mismatches: number;
  /** Of this epoch alone, 0 to 1. */
  readonly score: number;
}

// `/status` may have thousands of services; the page of one provider has all.
const SHOWN_EPOCHS = 3;

/** Null without a record. @param key of a service of the network */
export function scoreStatus(record: NetworkRecord | undefined, key: ServiceKey): ScoreStatus | null {
  if (record === undefined) return null;
  const epochs = record.epochs.flatMap(({ epoch, verdicts }) => {
    const verdict = verdicts.get(key);
    return verdict ? [epochStatus(epoch, verdict)] : [];
  });
  return { factor: scoreOf(record, key), epochs: epochs.slice(0, SHOWN_EPOCHS) };
}

export function scoreOf({ scores }: NetworkRecord, key: ServiceKey): number {
  return scores.get(key) ?? NEUTRAL_SCORE;
}

export function epochStatus(epoch: number, verdict: ScoredVerdict): EpochStatus {
  const { watchers, availability, p95LatencyMs, p95BlockLag, mismatches, score } = verdict;
  return {
    ...{ epoch, watchers, availability: rounded(availability) },
    ...{ p95LatencyMs: p95LatencyMs ?? null, p95BlockLag, mismatches, score: rounded(score) },
  };
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
