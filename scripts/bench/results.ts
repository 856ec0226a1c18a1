import { availableParallelism } from 'node:os';
import type { BenchChain } from './chain.ts';
import type { OurFigures } from './ourFigures.ts';
import type { PonderBackfill } from './ponderBackfill.ts';
import type { SnapshotCost } from './snapshotCost.ts';

/** Spans in milliseconds, memory in bytes, unless a name says otherwise. */
export interface BenchResults {
  readonly machine: { readonly cores: number; readonly node: string };
  readonly chain: Pick<BenchChain, 'events' | 'providers' | 'blocks' | 'blocksWithEvents' | 'buildMs'>;
  readonly ours: OurFigures;
  /** Undefined when it was left out. */
  readonly ponder: PonderBackfill | undefined;
  readonly snapshots: readonly SnapshotCost[];
}

export interface Goal {
  readonly name: string;
  readonly unit: '×' | 'ms';
  readonly limit: { readonly atLeast: number } | { readonly atMost: number };
  /** Undefined when it was not measured. */
  readonly value: number | undefined;
  readonly isMet: boolean | undefined;
}

const AHEAD_OF_PONDER = 5;
const FLAT_WITHIN = 2;
const START_MS = 1_000;

/** Events a second, without the start of the processes. */
export function rates({ ours, ponder }: Pick<BenchResults, 'ours' | 'ponder'>) {
  const perSecond = (events: number, spanMs: number) => (events / spanMs) * 1_000;
  const our = {
    whole: perSecond(ours.backfill.events, ours.backfill.wholeMs),
    backfill: perSecond(ours.backfill.events, ours.backfill.backfillMs),
  };
  if (ponder === undefined) return { ours: our, ponder: undefined, ratio: undefined };
  const theirs = {
    whole: perSecond(ponder.events, ponder.wholeMs),
    backfill: perSecond(ponder.events, ponder.backfillMs),
  };
  const ratio = { whole: our.whole / theirs.whole, backfill: our.backfill / theirs.backfill };
  return { ours: our, ponder: theirs, ratio };
}

/**
 * What must hold. Events come seconds apart, so their cost counts with nothing of the set in the processor's caches;
 * look-ups come with each call, so theirs counts one right after the other.
 */
export function goals(results: BenchResults): Goal[] {
  const { ratio } = rates(results);
  const largest = (costs: readonly number[]) => (costs.length > 0 ? Math.max(...costs) : undefined);
  const events = results.snapshots.filter(({ operation }) => operation !== 'lookup');
  const lookups = results.snapshots.filter(({ operation }) => operation === 'lookup');
  const start = results.ours.restart.setMs;
  return [
    goal('backfill, to Ponder', '×', { atLeast: AHEAD_OF_PONDER }, ratio?.backfill),
    goal('start from the checkpoint', 'ms', { atMost: START_MS }, start),
    goal(
      ...(['an event, most services to fewest', '×', { atMost: FLAT_WITHIN }] as const),
      largest(events.map(({ cold }) => cold.ratio)),
    ),
    goal(
      ...(['a look-up, most services to fewest', '×', { atMost: FLAT_WITHIN }] as const),
      largest(lookups.map(({ hot }) => hot.ratio)),
    ),
  ];
}

function goal(name: string, unit: Goal['unit'], limit: Goal['limit'], value: number | undefined): Goal {
  const isMet =
    value === undefined ? undefined : 'atLeast' in limit ? value >= limit.atLeast : value <= limit.atMost;
  return { name, unit, limit, value, isMet };
}

export function machine(): BenchResults['machine'] {
  return { cores: availableParallelism(), node: process.version };
}
