import { expect, it } from 'vitest';
import { routerGoals } from './goals.ts';
import type { PeerFigures } from './measurePeer.ts';
import type { Part } from './parts.ts';
import type { RouterBenchResults } from './runRouterBench.ts';

const LOAD = { requests: 1_000, perSecond: 1_000, p50Ms: 1, p99Ms: 3 };
const MEGABYTE = 1e6;

function peer(name: PeerFigures['name'], requestsPerSecond: number): PeerFigures {
  const directHalf = { ...LOAD, p99Ms: 1.5 };
  const own = { requestsPerSecond, secondsPer10000: 10_000 / requestsPerSecond, peakBytes: 1, directHalf };
  return { name, full: LOAD, half: LOAD, own };
}

function results(parts: readonly Part[], figures: Partial<RouterBenchResults>): RouterBenchResults {
  return {
    ...{ parts, machine: { cores: 2, node: 'v24', load: 0 }, connections: 64, seconds: 1 },
    ...{ peers: [], notInstalled: [], failed: [], choosing: [], memory: [], growth: [] },
    ...figures,
  };
}

const verdicts = (of: RouterBenchResults) => routerGoals(of).map(({ value, isMet }) => ({ value, isMet }));

it('a goal counts when all of its parts were asked for', () => {
  expect(verdicts(results(['nginx', 'caddy', 'memory'], {}))).toEqual([
    { value: undefined, isMet: undefined },
  ]);
  const peers = [peer('nginx', 10_000), peer('ours', 6_000)];
  expect(verdicts(results(['nginx', 'ours'], { peers }))).toEqual([
    { value: 0.6, isMet: true },
    { value: 1.5, isMet: true },
  ]);
});

it('a limit that is not kept is missed, above and below', () => {
  const peers = [peer('nginx', 10_000), peer('ours', 4_000)];
  const growth = [200_000, 1_000_000].map((calls) => ({ calls, heapBytes: calls * 4, heldBytes: 0 }));
  expect(verdicts(results(['nginx', 'ours', 'growth'], { peers, growth }))).toEqual([
    { value: 0.4, isMet: false },
    { value: 1.5, isMet: true },
    { value: 3.2, isMet: false },
  ]);
});

it('the process that held most counts, and a part that failed in half meets no goal', () => {
  const one = (peakBytes: number) => ({
    ...{ workers: 1, eligible: 10_000, full: LOAD, peakBytes },
    idle: { processor: 0, heldBytes: 0 },
  });
  const memory = [one(150 * MEGABYTE), one(250 * MEGABYTE)];
  expect(verdicts(results(['memory'], { memory }))).toEqual([{ value: 250, isMet: false }]);
  const half = { memory: memory.slice(0, 1), failed: [{ part: 'memory', message: '' }] as const };
  expect(verdicts(results(['memory'], half))).toEqual([{ value: 150, isMet: undefined }]);
});
