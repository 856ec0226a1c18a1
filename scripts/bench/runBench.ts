import { buildChain } from './chain.ts';
import { measureOurs } from './ourFigures.ts';
import { measurePonder, type PonderDatabase } from './ponderBackfill.ts';
import { type BenchResults, machine } from './results.ts';
import { measureSnapshots } from './snapshotCost.ts';

export interface BenchOptions {
  readonly events: number;
  /** Undefined leaves Ponder out. */
  readonly ponder: PonderDatabase | undefined;
  /** Sizes of the sets whose snapshots are measured, the fewest first. */
  readonly services: readonly number[];
  onProgress(line: string): void;
}

/** One after the other: nothing of ours runs while something is timed. */
export async function runBench({
  events,
  ponder,
  services,
  onProgress,
}: BenchOptions): Promise<BenchResults> {
  const snapshots = measureSnapshots(services, onProgress);
  const chain = await buildChain(events, onProgress);
  try {
    const { providers, blocks, blocksWithEvents, buildMs } = chain;
    return {
      machine: machine(),
      chain: { events: chain.events, providers, blocks, blocksWithEvents, buildMs },
      ours: await measureOurs(chain, onProgress),
      ponder: ponder === undefined ? undefined : await measurePonder(chain, ponder, onProgress),
      snapshots,
    };
  } finally {
    await chain.stop();
  }
}
