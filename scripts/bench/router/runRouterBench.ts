import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { DinError } from '../../../router/core/dinError.ts';
import { createPortAllocator } from '../../devnet/freePort.ts';
import { createProcesses } from '../../devnet/processes.ts';
import { type ChoosingCost, measureChoosing } from './choosing.ts';
import { type GrowthStep, measureGrowth } from './growth.ts';
import { type LoadPlan, measureDirect, measurePeer, type PeerFigures } from './measurePeer.ts';
import { type MemoryFigures, measureMemory } from './memory.ts';
import { fakeNode, PEER_NAMES, PEER_TITLES, type PeerName, preparePeer } from './peers.ts';
import { requireProgram } from './programs.ts';

/** Measured one after the other, in this order. */
export const PARTS = ['direct', ...PEER_NAMES, 'choosing', 'memory', 'growth'] as const;
export type Part = (typeof PARTS)[number];
/** Some minutes each; measured when asked for. */
export const LONG_PARTS: readonly Part[] = ['memory', 'growth'];

export interface RouterBenchOptions {
  readonly parts: ReadonlySet<Part>;
  readonly seconds: number;
  readonly connections: number;
  onProgress(line: string): void;
}

export interface RouterBenchResults {
  /** Load: average number of processes that wanted a processor in the minute before the run. */
  readonly machine: { readonly cores: number; readonly node: string; readonly load: number };
  readonly connections: number;
  readonly seconds: number;
  readonly parts: readonly Part[];
  readonly peers: readonly PeerFigures[];
  readonly notInstalled: readonly PeerName[];
  /** Parts that have no figures because something went wrong. */
  readonly failed: readonly FailedPart[];
  /** This and the following are empty when not measured. */
  readonly choosing: readonly ChoosingCost[];
  readonly memory: readonly MemoryFigures[];
  readonly growth: readonly GrowthStep[];
}

export interface FailedPart {
  readonly part: Part;
  readonly message: string;
}

const SERVICES = [10, 1_000, 100_000];
const READY_TIMEOUT_MS = 10_000;

/**
 * One after the other: only what is measured runs.
 * @throws `NotInstalledError` without wrk or nginx
 */
export async function runRouterBench(options: RouterBenchOptions): Promise<RouterBenchResults> {
  const { parts, seconds, connections, onProgress } = options;
  const [load = 0] = loadavg();
  const machine = { cores: availableParallelism(), node: process.version, load };
  const wrk = requireProgram('wrk');
  const root = await mkdtemp(join(tmpdir(), 'din-bench-router-'));
  const processes = createProcesses({
    logDir: root,
    onUnexpectedEnd: (ended) => onProgress(ended.message),
  });
  const interrupted = () => void processes.stopAll().then(() => process.exit(1));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const freePort = createPortAllocator();
    const nodePort = await freePort(0);
    const plan: LoadPlan = { wrk, connections, seconds, nodeUrl: `http://127.0.0.1:${nodePort}/` };
    const node = processes.start(fakeNode({ directory: join(root, 'node'), nodePort }));
    await node.ready(() => fetch(plan.nodeUrl, { method: 'POST', body: '"id":1' }), READY_TIMEOUT_MS);
    const failed: FailedPart[] = [];
    const fail = (part: Part, error: unknown) => {
      const message = error instanceof DinError ? error.message : inspect(error);
      onProgress(`${part}: ${message}`);
      failed.push({ part, message });
    };
    const measure = async <Figures>(part: Part, of: () => Promise<readonly Figures[]>) => {
      if (!parts.has(part)) return [];
      try {
        return await of();
      } catch (error) {
        // The other parts mean something without it.
        fail(part, error);
        return [];
      }
    };
    const notInstalled: PeerName[] = [];
    const measureOne = async (name: PeerName): Promise<PeerFigures[]> => {
      const port = await freePort(0);
      const peer = preparePeer(name, { directory: join(root, name), port, nodePort });
      onProgress(peer === undefined ? `${PEER_TITLES[name]}: not installed` : PEER_TITLES[name]);
      if (peer === undefined) notInstalled.push(name);
      return peer === undefined ? [] : [await measurePeer(name, peer, { port, processes, plan })];
    };
    const common = { processes, onProgress };
    const peers = [...(await measure('direct', async () => [await measureDirect(plan)]))];
    for (const name of PEER_NAMES) peers.push(...(await measure(name, () => measureOne(name))));
    return {
      ...{ machine, connections, seconds, parts: [...parts], peers, notInstalled, failed },
      choosing: await measure('choosing', () => measureChoosing(SERVICES)),
      memory: await measure('memory', () => {
        const directory = join(root, 'memory');
        const own = { directory, wrk, seconds, freePort: () => freePort(0) };
        return measureMemory({ ...common, ...own, onFailure: (error) => fail('memory', error) });
      }),
      growth: await measure('growth', async () => {
        const ports = { port: await freePort(0), inspectPort: await freePort(0), nodePort };
        return measureGrowth({ ...common, directory: join(root, 'growth'), ...ports, plan });
      }),
    };
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await processes.stopAll();
    await rm(root, { recursive: true, force: true });
  }
}
