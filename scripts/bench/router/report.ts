import { table } from '../../lib/table.ts';
import type { ChoosingCost } from './choosing.ts';
import { efficiency, overDirect, type RouterGoal, routerGoals } from './goals.ts';
import type { PeerFigures } from './measurePeer.ts';
import { PEER_TITLES } from './peers.ts';
import { INSTALL_LINE } from './programs.ts';
import type { RouterBenchResults } from './runRouterBench.ts';

/** For people. */
export function routerReport(results: RouterBenchResults): string[] {
  const { machine, connections, seconds, peers, notInstalled, choosing } = results;
  const nginx = peers.find(({ name }) => name === 'nginx');
  return [
    `${machine.cores} cores (load before: ${machine.load.toFixed(1)}), Node ${machine.node}. ${connections} connections, ${seconds} s each`,
    '',
    ...(peers.length > 0 ? table([HEAD, ...peers.map((peer) => peerRow(peer, nginx))]) : []),
    ...notInstalled.map((name) => `${PEER_TITLES[name]}: not installed. ${INSTALL_LINE}`),
    '',
    ...choosingReport(choosing),
    'Goals',
    ...table(routerGoals(results).map(goalRow)),
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

const HEAD = [
  '',
  'requests/s',
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
    milliseconds(full.p50Ms),
    milliseconds(full.p99Ms),
    own?.secondsPer10000.toFixed(2) ?? NONE,
    own?.peakBytes === undefined ? NONE : `${(own.peakBytes / 1e6).toFixed(0)} MB`,
    efficiency(peer, nginx)?.toFixed(2) ?? NONE,
    whole(half.perSecond),
    milliseconds(half.p99Ms),
    milliseconds(overDirect(peer)),
  ];
}

function goalRow({ name, unit, limit, value, isMet }: RouterGoal): string[] {
  const bound = 'atLeast' in limit ? `at least ${limit.atLeast}` : `at most ${limit.atMost}`;
  const verdict = isMet === undefined ? 'not measured' : isMet ? 'met' : 'MISSED';
  return [name, `${bound} ${unit}`, value === undefined ? NONE : `${value.toFixed(2)} ${unit}`, verdict];
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? NONE : `${value.toFixed(2)} ms`;
}
