import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPortAllocator } from '../../devnet/freePort.ts';
import { createProcesses } from '../../devnet/processes.ts';
import { type ChoosingCost, measureChoosing } from './choosing.ts';
import { type LoadPlan, measureDirect, measurePeer, type PeerFigures } from './measurePeer.ts';
import { fakeNode, PEER_NAMES, PEER_TITLES, type PeerName, preparePeer } from './peers.ts';
import { requireProgram } from './programs.ts';

/** Measured one after the other, in this order. */
export const PARTS = ['direct', ...PEER_NAMES, 'choosing'] as const;
export type Part = (typeof PARTS)[number];

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
  readonly peers: readonly PeerFigures[];
  readonly notInstalled: readonly PeerName[];
  /** Empty when it was not asked for. */
  readonly choosing: readonly ChoosingCost[];
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
    const peers: PeerFigures[] = [];
    const notInstalled: PeerName[] = [];
    if (parts.has('direct')) {
      onProgress('direct');
      peers.push(await measureDirect(plan));
    }
    for (const name of PEER_NAMES.filter((one) => parts.has(one))) {
      const port = await freePort(0);
      const peer = preparePeer(name, { directory: join(root, name), port, nodePort });
      onProgress(peer === undefined ? `${PEER_TITLES[name]}: not installed` : PEER_TITLES[name]);
      if (peer === undefined) notInstalled.push(name);
      else peers.push(await measurePeer(name, peer, { port, processes, plan }));
    }
    if (parts.has('choosing')) onProgress('choosing');
    const choosing = parts.has('choosing') ? await measureChoosing(SERVICES) : [];
    const machine = { cores: availableParallelism(), node: process.version, load };
    return { machine, connections, seconds, peers, notInstalled, choosing };
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await processes.stopAll();
    await rm(root, { recursive: true, force: true });
  }
}
