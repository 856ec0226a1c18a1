import { table } from '../../lib/table.ts';
import type { ChoosingCost } from './choosing.ts';
import { efficiency, overDirect, type RouterGoal, routerGoals } from './goals.ts';
import type { GrowthStep } from './growth.ts';
import type { PeerFigures } from './measurePeer.ts';
import { MEMORY_CONNECTIONS, MEMORY_SERVICES, type MemoryFigures } from './memory.ts';
import { PEER_TITLES } from './peers.ts';
import { INSTALL_LINE } from './programs.ts';
import type { RouterBenchResults } from './runRouterBench.ts';

/** For people. */
export function routerReport(results: RouterBenchResults): string[] {
  const { machine, connections, seconds, peers, notInstalled, failed, choosing, memory, growth } = results;
  const goals = routerGoals(results);
  const nginx = peers.find(({ name }) => name === 'nginx');
  return [
    `${machine.cores} cores (load before: ${machine.load.toFixed(1)}), Node ${machine.node}. ${connections} connections, ${seconds} s each`,
    '',
    ...(peers.length > 0 ? table([HEAD, ...peers.map((peer) => peerRow(peer, nginx))]) : []),
    ...notInstalled.map((name) => `${PEER_TITLES[name]}: not installed. ${INSTALL_LINE}`),
    ...failed.map(({ part, message }) => `${part}: FAILED. ${message.split('\n', 1).join()}`),
    '',
    ...choosingReport(choosing),
    ...memoryReport(memory),
    ...growthReport(growth),
    ...(goals.length > 0 ? ['Goals', ...table(goals.map(goalRow))] : []),
  ];
}

function choosingReport(choosing: readonly ChoosingCost[]): string[] {
  if (choosing.length === 0) return [];
  return [
    'Choosing: one call routed to a node that answers at once, by the number of services',
    ...table([
      ['services', 'median', 'to the fewest'],
      ...choosing.map(({ services, medianMicroseconds, ratio }) => [
        whole(services),
        `${medianMicroseconds.toFixed(2)} µs`,
        ratio.toFixed(2),
      ]),
    ]),
    '',
  ];
}

function memoryReport(memory: readonly MemoryFigures[]): string[] {
  if (memory.length === 0) return [];
  const [services, connections] = [whole(MEMORY_SERVICES), whole(MEMORY_CONNECTIONS)];
  return [
    `Memory: ${services} services on-chain, ${connections} connections`,
    ...table([
      ['', 'eligible', 'idle: CPU s/s', 'memory', 'load: requests/s', 'p99', 'most of one process'],
      ...memory.map(({ workers, eligible, idle, full, peakBytes }) => [
        workers === 1 ? '1 process' : `${workers} workers`,
        whole(eligible),
        idle.processor.toFixed(2),
        megabytes(idle.heldBytes),
        whole(full.perSecond),
        milliseconds(full.p99Ms),
        megabytes(peakBytes),
      ]),
    ]),
    '',
  ];
}

function growthReport(growth: readonly GrowthStep[]): string[] {
  if (growth.length === 0) return [];
  return [
    'Growth: 1 process, by the calls it has answered',
    ...table([
      ['calls', 'in use', 'held'],
      ...growth.map(({ calls, heapBytes, heldBytes }) => [
        whole(calls),
        `${(heapBytes / MEGABYTE).toFixed(2)} MB`,
        megabytes(heldBytes),
      ]),
    ]),
    '',
  ];
}

const MEGABYTE = 1e6;
const HEAD = [
  '',
  'requests/s',
  'to nginx',
  'p50',
  'p99',
  'CPU s / 10,000',
  'peak memory',
  'per CPU s, to nginx',
  'half load: requests/s',
  'p99',
  'over direct',
];
const NONE = '–';

function peerRow(peer: PeerFigures, nginx: PeerFigures | undefined): string[] {
  const { name, full, half, own } = peer;
  return [
    name === 'direct' ? name : PEER_TITLES[name],
    whole(full.perSecond),
    ratio(full.perSecond, nginx?.full.perSecond),
    milliseconds(full.p50Ms),
    milliseconds(full.p99Ms),
    own?.secondsPer10000.toFixed(2) ?? NONE,
    megabytes(own?.peakBytes),
    efficiency(peer, nginx)?.toFixed(2) ?? NONE,
    whole(half.perSecond),
    milliseconds(half.p99Ms),
    milliseconds(overDirect(peer)),
  ];
}

function ratio(value: number, other: number | undefined): string {
  return other === undefined ? NONE : (value / other).toFixed(2);
}

function goalRow({ name, unit, limit, value, isMet }: RouterGoal): string[] {
  const bound = 'atLeast' in limit ? `at least ${limit.atLeast}` : `at most ${limit.atMost}`;
  const verdict = isMet === undefined ? 'not measured' : isMet ? 'met' : 'MISSED';
  return [name, `${bound} ${unit}`, value === undefined ? NONE : `${value.toFixed(2)} ${unit}`, verdict];
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? NONE : `${(bytes / MEGABYTE).toFixed(0)} MB`;
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? NONE : `${value.toFixed(2)} ms`;
}
