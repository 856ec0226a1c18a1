import { parseGwei } from 'viem';
import { startWatcher } from '../../../router/bin/watcher.ts';
import type { Caip2 } from '../../../router/core/caip2.ts';
import { createLogger } from '../../../router/observability/logger.ts';
import { loadAccount } from '../../lib/account.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { ChainOptions } from '../../lib/options.ts';
import { openSession } from '../../lib/session.ts';

export interface RunOptions extends ChainOptions {
  readonly keystore?: string;
  readonly stateDir: string;
  readonly probeIntervalMs?: number;
  readonly reference?: ReadonlyMap<Caip2, string>;
  readonly maxFeeGwei?: number;
  readonly allowPrivateEndpoints?: boolean;
}

/** `din watcher run`: the log is its output. */
export async function run(options: RunOptions, io: CliIo): Promise<void> {
  const account = await loadAccount(options.keystore, io);
  const { rpcUrls, contracts } = await openSession(options, io);
  const watcher = await startWatcher({
    rpcUrls,
    registry: contracts.registry,
    account,
    stateDir: options.stateDir,
    allowPrivateEndpoints: options.allowPrivateEndpoints === true,
    ...(options.probeIntervalMs !== undefined && { probeIntervalMs: options.probeIntervalMs }),
    ...(options.reference !== undefined && { references: options.reference }),
    ...(options.maxFeeGwei !== undefined && { maxFeePerGas: parseGwei(String(options.maxFeeGwei)) }),
    logger: createLogger({
      level: 'info',
      destination: { write: (line: string) => io.stdout(line.trimEnd()) },
    }),
    ...(io.signal && { signal: io.signal }),
  });
  await watcher.done;
}
