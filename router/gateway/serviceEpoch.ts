import type { AttestedOffence } from '../registry/breaches.ts';
import type { EpochRecord } from '../registry/networkRecord.ts';
import type { Service, Sla } from '../registry/providerSet.ts';
import { sayingsOf } from '../registry/sayings.ts';
import { type EpochStatus, epochStatus } from './scoreStatus.ts';

/** What watchers said of a service in one epoch, as pages show it. Null is "none". */
export interface ServiceEpoch {
  readonly epoch: number;
  /** Of those who spoke of the service together; null when they were no quorum. */
  readonly together: EpochStatus | null;
  readonly said: readonly WatcherWord[];
  /** Of all weight, the part of those who said nothing of the service. */
  readonly silentWeight: number;
}

export interface WatcherWord {
  readonly watcher: string;
  /** Of all weight. */
  readonly weight: number;
  /** The figures are all 0 where it attested a breach without any. */
  readonly samples: number;
  readonly successes: number;
  readonly p95LatencyMs: number;
  readonly p95BlockLag: number;
  readonly mismatches: number;
  /** That these figures show by the network's SLA, and that it attested to the hub. */
  readonly breaches: readonly AttestedOffence[];
  /** Not what the network says. */
  readonly dissents: boolean;
}

const NO_FIGURES = { samples: 0, successes: 0, p95LatencyMs: 0, p95BlockLag: 0, mismatches: 0 };

export function serviceEpoch(
  record: EpochRecord,
  { id, key }: Pick<Service, 'id' | 'key'>,
  sla: Sla,
): ServiceEpoch {
  const { epoch, totalWeight, verdicts } = record;
  const verdict = verdicts.get(key);
  const share = (weight: number) => (totalWeight > 0 ? Math.round((weight / totalWeight) * 1e4) / 1e4 : 0);
  const sayings = sayingsOf(record, { id, key }, sla);
  const spoken = sayings.reduce((sum, { report }) => sum + report.weight, 0);
  return {
    epoch,
    together: verdict ? epochStatus(epoch, verdict) : null,
    said: sayings.map(({ report, figures = NO_FIGURES, breaches, dissents }) => ({
      ...{ watcher: report.watcher, weight: share(report.weight) },
      ...{ samples: figures.samples, successes: figures.successes, p95LatencyMs: figures.p95LatencyMs },
      ...{ p95BlockLag: figures.p95BlockLag, mismatches: figures.mismatches, breaches, dissents },
    })),
    silentWeight: share(Math.max(totalWeight - spoken, 0)),
  };
}
