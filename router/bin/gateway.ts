import { availableParallelism } from 'node:os';
import type { GatewayConfig } from '../config/schema.ts';
import type { Environment } from '../config/substitute.ts';
import { type Clock, type Random, systemClock } from '../core/clock.ts';
import { createLogger, type Logger } from '../observability/logger.ts';
import type { ProviderSource } from '../registry/providerSource.ts';
import { followConfigFile } from './followConfigFile.ts';
import { loadGatewayConfig } from './gatewayConfig.ts';
import type { Gateway, GatewayParts } from './runningGateway.ts';

export interface GatewayArgs {
  readonly config: GatewayConfig;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  /** In place of the one that the configuration's settlement chain makes. */
  readonly source?: ProviderSource;
}

/**
 * Puts a gateway together and opens its port, in one process or with workers. Does not wait for the provider set: own
 * upstreams serve at once, and `/readyz` says what is missing.
 * @throws `ListenError`, `WorkerError`
 */
export async function startGateway(args: GatewayArgs): Promise<Gateway> {
  const { config, clock = systemClock, random = Math.random, source } = args;
  const logger = args.logger ?? createLogger({ level: config.log.level, destination: process.stdout });
  // What a gateway has no use for takes no memory: each of these brings libraries along.
  const settlementSources = async (): Promise<Pick<GatewayParts, 'source' | 'record'>> => {
    const { settlement } = config;
    if (source !== undefined || settlement === undefined) return { source };
    const parts = { settlement, clock, random, logger };
    const opened = (await import('./providerSource.ts')).openProviderSource(parts);
    const { openRecordSource } = await import('./openRecordSource.ts');
    return { source: opened, record: openRecordSource({ ...parts, source: opened }) };
  };
  const workers = config.workers === 'auto' ? availableParallelism() : config.workers;
  const parts = { config, clock, random, logger, ...(await settlementSources()) };
  if (workers > 1) return (await import('./primary.ts')).startPrimary({ ...parts, workers });
  return (await import('./singleProcess.ts')).startSingleProcess(parts);
}

/**
 * Runs a gateway from its configuration file until the signal, then drains it; a changed file and SIGHUP are followed
 * meanwhile. Rejects with `ConfigError`, `ListenError` or what keeps the provider set from ever loading.
 */
export async function main(args: {
  readonly configFile: string;
  readonly environment: Environment;
  /** Takes the log, line by line without line ends. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}): Promise<void> {
  const load = () => loadGatewayConfig(args.configFile, args.environment);
  const config = await load();
  const destination = { write: (line: string) => args.log(line.trimEnd()) };
  const logger = createLogger({ level: config.log.level, destination });
  const gateway = await startGateway({ config, logger });
  const unfollow = followConfigFile({
    file: args.configFile,
    first: config,
    load,
    logger,
    use: gateway.reload,
  });
  const stop = () => void gateway.close();
  args.signal?.addEventListener('abort', stop, { once: true });
  if (args.signal?.aborted) stop();
  await gateway.done.finally(unfollow);
}
