import type { GrowthStep } from './growth.ts';
import type { PeerFigures } from './measurePeer.ts';
import type { MemoryFigures } from './memory.ts';
import type { Part, RouterBenchResults } from './runRouterBench.ts';

export interface RouterGoal {
  readonly name: string;
  readonly unit: '×' | 'ms' | 'MB';
  readonly limit: { readonly atLeast: number } | { readonly atMost: number };
  /** Undefined when what it takes was not measured. */
  readonly value: number | undefined;
  readonly isMet: boolean | undefined;
}

const MEGABYTE = 1e6;

/** Those of the parts that were asked for. */
export function routerGoals({ parts, peers, choosing, memory, growth }: RouterBenchResults): RouterGoal[] {
  const of = (name: PeerFigures['name']) => peers.find((peer) => peer.name === name);
  const ours = of('ours');
  const goals: (RouterGoal & { readonly of: readonly Part[] })[] = [
    {
      of: ['ours', 'nginx'],
      ...goal('requests per CPU second, to nginx', '×', { atLeast: 0.5 }, efficiency(ours, of('nginx'))),
    },
    {
      of: ['ours', 'caddy'],
      ...goal('requests per CPU second, to Caddy', '×', { atLeast: 2 }, efficiency(ours, of('caddy'))),
    },
    {
      of: ['batching', 'nginx'],
      ...goal(
        'the same with upstream batching, to nginx',
        ...(['×', { atLeast: 0.8 }] as const),
        efficiency(of('batching'), of('nginx')),
      ),
    },
    {
      of: ['ours'],
      ...goal('p99 at half load, over direct', 'ms', { atMost: 2 }, ours && overDirect(ours)),
    },
    {
      of: ['choosing'],
      ...goal('choosing, most services to fewest', '×', { atMost: 2 }, choosing.at(-1)?.ratio),
    },
    {
      of: ['memory'],
      ...goal('memory of a process, many services', 'MB', { atMost: 200 }, megabytes(largest(memory))),
    },
    {
      of: ['growth'],
      ...goal('growth over a million calls', 'MB', { atMost: 2 }, megabytes(grown(growth))),
    },
  ];
  return goals
    .filter((one) => one.of.every((part) => parts.includes(part)))
    .map(({ of: _, ...rest }) => rest);
}

/** Most that any process held, in bytes. */
function largest(memory: readonly MemoryFigures[]): number | undefined {
  const peaks = memory.map(({ peakBytes }) => peakBytes).filter((bytes) => bytes !== undefined);
  return peaks.length > 0 ? Math.max(...peaks) : undefined;
}

/** In bytes, from the first step to the last. */
export function grown(growth: readonly GrowthStep[]): number | undefined {
  const [first, last] = [growth[0], growth.at(-1)];
  return first && last && last.heapBytes - first.heapBytes;
}

function megabytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / MEGABYTE;
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
