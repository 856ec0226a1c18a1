import { availableParallelism } from 'node:os';
import type { BenchChain } from './chain.ts';
import type { OurFigures } from './ourFigures.ts';
import type { PonderBackfill } from './ponderBackfill.ts';
import type { Operation } from './setBench.ts';
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
 * What must hold. Events come seconds apart, so they count one by one; look-ups come with each call, so they count in a
 * row. Events in a row are told and not judged: even a plain `Map`, the yardstick, grows more than twofold there.
 */
export function goals({ ours, ponder, snapshots }: BenchResults): Goal[] {
  const { ratio } = rates({ ours, ponder });
  const growth = (name: string, operations: readonly Operation[], way: 'cold' | 'inARow') => {
    const costs = snapshots.filter(({ operation }) => operations.includes(operation));
    return goal(`${name}, most services to fewest`, '×', { atMost: FLAT_WITHIN }, growthOf(costs, way));
  };
  return [
    goal('backfill, to Ponder', '×', { atLeast: AHEAD_OF_PONDER }, ratio?.backfill),
    goal('start from the checkpoint', 'ms', { atMost: START_MS }, ours.restart.setMs),
    growth('an event', ['stakeChange', 'pause', 'jail'], 'cold'),
    growth('a look-up', ['lookup'], 'inARow'),
  ];
}

/** Of the mean over the operations; the larger one of all spreads over networks. */
function growthOf(costs: readonly SnapshotCost[], way: 'cold' | 'inARow'): number {
  const sum = (some: readonly SnapshotCost[]) =>
    some.reduce((total, cost) => total + cost[way].medianMicroseconds, 0);
  const growths = Map.groupBy(costs, ({ networks }) => networks)
    .values()
    .map((spread) => {
      const bySize = [...Map.groupBy(spread, ({ services }) => services).values()];
      return sum(bySize.at(-1) ?? []) / sum(bySize[0] ?? []);
    });
  return Math.max(...growths);
}

function goal(name: string, unit: Goal['unit'], limit: Goal['limit'], value: number | undefined): Goal {
  const isMet =
    value === undefined ? undefined : 'atLeast' in limit ? value >= limit.atLeast : value <= limit.atMost;
  return { name, unit, limit, value, isMet };
}

export function machine(): BenchResults['machine'] {
  return { cores: availableParallelism(), node: process.version };
}
