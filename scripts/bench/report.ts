import { table } from '../lib/table.ts';
import type { BenchResults, Goal } from './results.ts';
import { goals, rates } from './results.ts';
import type { SnapshotCost } from './snapshotCost.ts';

/** For people; every line says what is in its figure. */
export function benchReport(results: BenchResults): string[] {
  const { chain, machine } = results;
  return [
    `${machine.cores} cores, Node ${machine.node}. ${whole(chain.events)} events in ${whole(chain.blocksWithEvents)} of ${whole(chain.blocks)} blocks; built in ${seconds(chain.buildMs)}`,
    '',
    'Backfill, of the same chain on the same node',
    ...table(backfillRows(results)),
    '',
    'The loaded set and its checkpoint',
    ...table(setRows(results)),
    '',
    'One event, one look-up, by the number of services (medians; in brackets, times the fewest)',
    ...table(snapshotRows(results.snapshots)),
    '',
    'Goals',
    ...table(goals(results).map(goalRow)),
  ];
}

function backfillRows(results: BenchResults): string[][] {
  const { ours, ponder } = results;
  const { ours: our, ponder: theirs, ratio } = rates(results);
  const name = ponder === undefined ? 'Ponder' : `Ponder (${ponder.database})`;
  return [
    ['', 'ours', name, 'ratio'],
    ['events', whole(ours.backfill.events), whole(ponder?.events), ''],
    [
      'from process start to the whole set, or /ready',
      ...[seconds(ours.backfill.wholeMs), seconds(ponder?.wholeMs), ''],
    ],
    [
      'the same from code loaded, or server up',
      ...[seconds(ours.backfill.backfillMs), seconds(ponder?.backfillMs), ''],
    ],
    ['events a second, with the start', whole(our.whole), whole(theirs?.whole), times(ratio?.whole)],
    ['events a second, without', whole(our.backfill), whole(theirs?.backfill), times(ratio?.backfill)],
    [
      'processor time of the processes',
      ...[seconds(ours.backfill.usage.cpuMs), seconds(ponder?.usage?.cpuMs), ''],
    ],
    [
      'peak memory of the processes',
      ...[megabytes(ours.backfill.usage.peakMemory), megabytes(ponder?.usage?.peakMemory), ''],
    ],
    ['requests to the chain', whole(ours.backfill.requests), '', ''],
  ];
}

function setRows({ ours }: BenchResults): string[][] {
  const { backfill, checkpoint, restart } = ours;
  return [
    ['providers, services', `${whole(backfill.providers)}, ${whole(backfill.services)}`],
    ['memory of the set', megabytes(backfill.setMemory)],
    ['checkpoint: first save', milliseconds(checkpoint.firstSaveMs)],
    ['checkpoint: size of the file', megabytes(checkpoint.fileBytes)],
    ['checkpoint: open, check and load', milliseconds(checkpoint.loadMs)],
    ['from process start to a set that can be served', milliseconds(restart.setMs)],
    ['the same from code loaded', milliseconds(restart.loadedMs)],
    ['processor time until then', milliseconds(restart.cpuMs)],
    [
      'requests until then, and until it is the newest',
      `${restart.requestsUntilSet}, ${restart.requestsUntilLive}`,
    ],
  ];
}

function snapshotRows(costs: readonly SnapshotCost[]): string[][] {
  const rows = Map.groupBy(costs, ({ operation, networks }) => `${NAMES[operation]}; networks: ${networks}`);
  const sizes = [...new Set(costs.map(({ services }) => services))];
  return [
    ['', ...sizes.map((size) => `${whole(size)}, cold`), ...sizes.map((size) => `${whole(size)}, in a row`)],
    ...rows
      .entries()
      .map(([name, row]) => [
        name,
        ...row.map(({ cold }) => cell(cold)),
        ...row.map(({ inARow }) => cell(inARow)),
      ]),
  ];
}

const NAMES: Readonly<Record<SnapshotCost['operation'], string>> = {
  stakeChange: 'stake change',
  pause: 'pause or resume',
  jail: 'jail, or its end',
  lookup: 'look-up',
  plainMap: 'yardstick: replace in a plain Map',
};

function cell({ medianMicroseconds, ratio }: SnapshotCost['inARow']): string {
  return `${medianMicroseconds.toFixed(2)} µs (${ratio.toFixed(2)})`;
}

function goalRow({ name, unit, limit, value, isMet }: Goal): string[] {
  const figure = (amount: number) => (unit === '×' ? times(amount) : milliseconds(amount));
  const bound = 'atLeast' in limit ? `at least ${figure(limit.atLeast)}` : `at most ${figure(limit.atMost)}`;
  const verdict = isMet === undefined ? 'not measured' : isMet ? 'met' : 'MISSED';
  return [name, bound, value === undefined ? '–' : figure(value), verdict];
}

const NONE = '–';
const MEGABYTE = 1e6;

function whole(value: number | undefined): string {
  return value === undefined ? NONE : Math.round(value).toLocaleString('en-US');
}

function seconds(spanMs: number | undefined): string {
  return spanMs === undefined ? NONE : `${(spanMs / 1_000).toFixed(2)} s`;
}

function milliseconds(spanMs: number): string {
  return `${whole(spanMs)} ms`;
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? NONE : `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

function times(ratio: number | undefined): string {
  return ratio === undefined ? NONE : `${ratio.toFixed(1)}×`;
}
