import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPortAllocator } from '../../devnet/freePort.ts';
import { createProcesses } from '../../devnet/processes.ts';
import { type ChoosingCost, measureChoosing } from './choosing.ts';
import { type GrowthStep, measureGrowth } from './growth.ts';
import { type LoadPlan, measureDirect, measurePeer, type PeerFigures } from './measurePeer.ts';
import { type MemoryFigures, measureMemory } from './memory.ts';
import type { Part } from './parts.ts';
import { fakeNode, PEER_NAMES, type PeerName, preparePeer } from './peers.ts';
import { requireProgram } from './programs.ts';
import { createRecorder, type FailedPart } from './recorder.ts';

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
  const cleanUp = async () => {
    await processes.stopAll();
    await rm(root, { recursive: true, force: true });
  };
  const interrupted = () => void cleanUp().then(() => process.exit(1));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const freePort = createPortAllocator();
    const nodePort = await freePort(0);
    const plan: LoadPlan = { wrk, connections, seconds, nodeUrl: `http://127.0.0.1:${nodePort}/` };
    const node = processes.start(fakeNode({ directory: join(root, 'node'), nodePort }));
    await node.ready(() => fetch(plan.nodeUrl, { method: 'POST', body: '"id":1' }), READY_TIMEOUT_MS);
    const { measure, fail, failed } = createRecorder(parts, onProgress);
    const notInstalled: PeerName[] = [];
    const measureOne = async (name: PeerName): Promise<PeerFigures[]> => {
      const port = await freePort(0);
      const peer = preparePeer(name, { directory: join(root, name), port, nodePort });
      if (peer === undefined) notInstalled.push(name);
      return peer === undefined ? [] : [await measurePeer(name, peer, { port, processes, plan })];
    };
    const peers = [...(await measure('direct', async () => [await measureDirect(plan)]))];
    for (const name of PEER_NAMES) peers.push(...(await measure(name, () => measureOne(name))));
    const choosing = await measure('choosing', () => measureChoosing(SERVICES));
    const place = (part: Part) => ({ directory: join(root, part), processes, onProgress });
    const memory = await measure('memory', () =>
      measureMemory({
        ...{ ...place('memory'), wrk, seconds },
        freePort: () => freePort(0),
        onFailure: (error) => fail('memory', error),
      }),
    );
    const growth = await measure('growth', async () => {
      const ports = { port: await freePort(0), inspectPort: await freePort(0), nodePort };
      return await measureGrowth({ ...place('growth'), ...ports, plan });
    });
    return {
      ...{ machine, connections, seconds, parts: [...parts] },
      ...{ peers, notInstalled, failed: failed(), choosing, memory, growth },
    };
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await cleanUp();
  }
}
