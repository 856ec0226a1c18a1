import { parseGwei } from 'viem';
import { type KeeperSettings, startKeeper } from '../../../router/bin/keeper.ts';
import { createLogger } from '../../../router/observability/logger.ts';
import { loadAccount } from '../../lib/account.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { ChainOptions } from '../../lib/options.ts';
import { openSession } from '../../lib/session.ts';
import { reportOnce } from './reportOnce.ts';

export interface KeeperOptions extends ChainOptions {
  readonly keystore?: string;
  readonly stateDir: string;
  readonly once?: boolean;
  readonly dryRun?: boolean;
  readonly maxFeeGwei?: number;
}

/** `din keeper`: the log is its output, or with --once what was done. */
export async function run(options: KeeperOptions, io: CliIo): Promise<void> {
  const account = await loadAccount(options.keystore, io);
  const session = await openSession(options, io);
  const { stateDir, maxFeeGwei } = options;
  const isOnce = options.once === true || options.dryRun === true;
  const settings: KeeperSettings = {
    ...{ rpcUrls: session.rpcUrls, registry: session.contracts.registry, account, stateDir },
    ...(maxFeeGwei !== undefined && { maxFeePerGas: parseGwei(String(maxFeeGwei)) }),
    logger: createLogger({
      // What was done is the output, what failed is the error.
      level: isOnce ? 'silent' : 'info',
      destination: { write: (line: string) => io.stdout(line.trimEnd()) },
    }),
  };
  if (isOnce) return await reportOnce(session, settings, options.dryRun === true);
  const keeper = await startKeeper(settings, io.signal);
  await keeper.done;
}
