import type { Processes } from '../../devnet/processes.ts';
import { heldMemory } from '../processTree.ts';
import { gatewaySpec, oneNode } from './gatewaySpec.ts';
import { openInspector } from './inspector.ts';
import { runLoad } from './load.ts';
import { answers, type LoadPlan, READY_TIMEOUT_MS, requireAnswers } from './measurePeer.ts';

/** Memory of one gateway process after so many calls, each for another address. */
export interface GrowthStep {
  readonly calls: number;
  /** In use, without garbage. */
  readonly heapBytes: number;
  /** Of the whole process, with garbage and what the allocator keeps. */
  readonly heldBytes: number | undefined;
}

export interface GrowthArgs {
  readonly directory: string;
  readonly port: number;
  readonly inspectPort: number;
  readonly nodePort: number;
  readonly processes: Processes;
  readonly plan: Pick<LoadPlan, 'wrk' | 'connections'>;
  onProgress(line: string): void;
}

const CALLS = 1_000_000;
/** The first is where growth begins: by then all code is compiled and all pools are filled. */
const STEPS = [200_000, 400_000, 600_000, 800_000, CALLS];
// A step is overshot by at most as many calls as one run makes.
const RUN_SECONDS = 2;

/** @throws what the load throws */
export async function measureGrowth(args: GrowthArgs): Promise<GrowthStep[]> {
  const { directory, port, inspectPort, nodePort, processes, plan, onProgress } = args;
  const config = oneNode({ port, nodePort });
  const nodeFlags = [`--inspect=127.0.0.1:${inspectPort}`];
  const gateway = processes.start(gatewaySpec({ directory, config, nodeFlags }));
  const origin = `http://127.0.0.1:${port}`;
  const url = `${origin}/ethereum`;
  const steps: GrowthStep[] = [];
  try {
    await gateway.ready(() => answers(url), READY_TIMEOUT_MS);
    const inspector = await openInspector(inspectPort);
    let calls = 0;
    for (const step of STEPS) {
      while (calls < step) calls += (await runLoad({ ...plan, url, seconds: RUN_SECONDS })).requests;
      onProgress(`growth: ${calls.toLocaleString('en-US')} of ${CALLS.toLocaleString('en-US')} calls`);
      steps.push({ calls, heldBytes: heldMemory(gateway.pid), heapBytes: await inspector.collectedBytes() });
    }
    inspector.close();
    await requireAnswers('growth', origin);
    return steps;
  } finally {
    await gateway.end('SIGTERM');
  }
}
