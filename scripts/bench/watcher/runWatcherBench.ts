import { availableParallelism } from 'node:os';
import { hasTaskset } from './childProcess.ts';
import { startEndpointFarm } from './endpointFarm.ts';
import { measureSize } from './measure.ts';
import type { Prices } from './prices.ts';
import type { WatcherBenchResults } from './results.ts';
import { measureSampleMemory } from './sampleMemory.ts';

export interface WatcherBenchOptions {
  readonly providers: number;
  readonly networks: number;
  readonly seconds: number;
  readonly prices: Prices;
  readonly epochHours: number;
  onProgress(line: string): void;
}

/** The smaller size that slopes are drawn from has so many times fewer providers. */
const SMALLER = 5;

export async function runWatcherBench(options: WatcherBenchOptions): Promise<WatcherBenchResults> {
  const { providers, networks, seconds, prices, epochHours, onProgress } = options;
  const bytesPerSample = await measureSampleMemory();
  onProgress('endpoints');
  const farm = await startEndpointFarm();
  const cores = availableParallelism();
  const common = { networks, seconds, farm, onProgress, core: cores - 1 };
  try {
    const fewer = Math.max(2, Math.round(providers / SMALLER));
    const small = await measureSize({ ...common, providers: fewer, withBreaches: true });
    const large = await measureSize({ ...common, providers, withBreaches: false });
    return {
      machine: { cores, node: process.version, isPinned: hasTaskset() },
      ...{ sizes: [small, large], bytesPerSample, prices, epochHours },
    };
  } finally {
    await farm.stop();
  }
}
