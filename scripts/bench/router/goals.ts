import type { GrowthStep } from './growth.ts';
import type { PeerFigures } from './measurePeer.ts';
import type { MemoryFigures } from './memory.ts';
import type { Part } from './parts.ts';
import type { RouterBenchResults } from './runRouterBench.ts';

export interface RouterGoal {
  readonly name: string;
  readonly unit: '×' | 'ms' | 'MB';
  readonly limit: { readonly atLeast: number } | { readonly atMost: number };
  /** Undefined when what it takes was not measured. */
  readonly value: number | undefined;
  readonly isMet: boolean | undefined;
}

interface Goal extends RouterGoal {
  readonly parts: readonly Part[];
}

const MEGABYTE = 1e6;

/** Those of the parts that were asked for. */
export function routerGoals(results: RouterBenchResults): RouterGoal[] {
  const { peers, choosing, memory, growth } = results;
  const of = (name: PeerFigures['name']) => peers.find((peer) => peer.name === name);
  const [ours, batching, nginx, caddy] = [of('ours'), of('batching'), of('nginx'), of('caddy')];
  const overNode = ours && overDirect(ours);
  const choice = choosing.at(-1)?.ratio;
  const most = megabytes(largest(memory));
  const goals: Goal[] = [
    goal(['ours', 'nginx'], 'requests per CPU second, to nginx', '×', atLeast(0.5), efficiency(ours, nginx)),
    goal(['ours', 'caddy'], 'requests per CPU second, to Caddy', '×', atLeast(2), efficiency(ours, caddy)),
    goal(['batching', 'nginx'], 'with batching, to nginx', '×', atLeast(0.8), efficiency(batching, nginx)),
    goal(['ours'], 'p99 at half load, over direct', 'ms', atMost(2), overNode),
    goal(['choosing'], 'choosing, most services to fewest', '×', atMost(2), choice),
    goal(['memory'], 'memory of a process, 10,000 services', 'MB', atMost(200), most),
    goal(['growth'], 'growth over a million calls', 'MB', atMost(2), megabytes(grown(growth))),
  ];
  const failed = (part: Part) => results.failed.some((one) => one.part === part);
  return goals
    .filter(({ parts }) => parts.every((part) => results.parts.includes(part)))
    .map(({ parts, isMet, ...rest }) => {
      // Half of what was to be measured proves no goal.
      return { ...rest, isMet: isMet && parts.some(failed) ? undefined : isMet };
    });
}

/** Most that any process held, in bytes. */
function largest(memory: readonly MemoryFigures[]): number | undefined {
  const peaks = memory.map(({ peakBytes }) => peakBytes).filter((bytes) => bytes !== undefined);
  return peaks.length > 0 ? Math.max(...peaks) : undefined;
}

/** In bytes, from the first step to the last. */
function grown(growth: readonly GrowthStep[]): number | undefined {
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

const atLeast = (value: number) => ({ atLeast: value });
const atMost = (value: number) => ({ atMost: value });

function goal(
  parts: readonly Part[],
  name: string,
  unit: RouterGoal['unit'],
  limit: RouterGoal['limit'],
  value: number | undefined,
): Goal {
  const isMet =
    value === undefined ? undefined : 'atLeast' in limit ? value >= limit.atLeast : value <= limit.atMost;
  return { parts, name, unit, limit, value, isMet };
}
