import type { PeerFigures } from './measurePeer.ts';
import type { RouterBenchResults } from './runRouterBench.ts';

export interface RouterGoal {
  readonly name: string;
  readonly unit: '×' | 'ms' | 'MB';
  readonly limit: { readonly atLeast: number } | { readonly atMost: number };
  /** Undefined when what it takes was not measured. */
  readonly value: number | undefined;
  readonly isMet: boolean | undefined;
}

const MEGABYTE = 1e6;

export function routerGoals({
  peers,
  choosing,
}: Pick<RouterBenchResults, 'peers' | 'choosing'>): RouterGoal[] {
  const of = (name: PeerFigures['name']) => peers.find((peer) => peer.name === name);
  const ours = of('ours');
  const peak = ours?.own?.peakBytes;
  return [
    goal('requests per CPU second, to nginx', '×', { atLeast: 0.5 }, efficiency(ours, of('nginx'))),
    goal('requests per CPU second, to Caddy', '×', { atLeast: 2 }, efficiency(ours, of('caddy'))),
    goal(
      'the same with upstream batching, to nginx',
      ...(['×', { atLeast: 0.8 }] as const),
      efficiency(of('batching'), of('nginx')),
    ),
    goal('p99 at half load, over direct', 'ms', { atMost: 2 }, ours && overDirect(ours)),
    goal('peak memory, 1 process', 'MB', { atMost: 200 }, peak === undefined ? undefined : peak / MEGABYTE),
    goal('choosing, most services to fewest', '×', { atMost: 2 }, choosing.at(-1)?.ratio),
  ];
}

/** Requests per second of processor time, to another's. */
export function efficiency(peer?: PeerFigures, other?: PeerFigures): number | undefined {
  if (peer?.own === undefined || other?.own === undefined) return undefined;
  return peer.own.requestsPerSecond / other.own.requestsPerSecond;
}

/** By how much the slowest hundredth is slower than without the peer, at the same load, in milliseconds. */
export function overDirect({ half, own }: PeerFigures): number | undefined {
  return own && half.p99Ms - own.directHalf.p99Ms;
}

function goal(
  name: string,
  unit: RouterGoal['unit'],
  limit: RouterGoal['limit'],
  value: number | undefined,
): RouterGoal {
  const isMet =
    value === undefined ? undefined : 'atLeast' in limit ? value >= limit.atLeast : value <= limit.atMost;
  return { name, unit, limit, value, isMet };
}
