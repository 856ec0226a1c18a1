import { join } from 'node:path';
import type { LocalAccount, PublicClient } from 'viem';
import { openSignedTransactions } from '../chain/signedTransactions.ts';
import { createTransactor, type Transactor } from '../chain/transact.ts';
import type { WatcherLog } from '../watcher/watcherLog.ts';

export interface NotedTransactorOptions {
  readonly client: PublicClient;
  readonly account: LocalAccount;
  readonly chainId: number;
  /** Held by this process alone: what is sent is noted there. */
  readonly stateDir: string;
  /** The shortest time in which a transaction must be in a block. */
  readonly windowSeconds: number;
  /** Never offered more than this for a unit of gas; left out: 500 gwei. */
  readonly maxFeePerGas?: bigint | undefined;
  readonly logger: WatcherLog;
}

/** Sooner where windows are short: a transaction has a few tries. */
const STUCK_AFTER_WINDOW_SHARE = 0.25;
const MIN_STUCK_AFTER_MS = 1_000;
const MAX_STUCK_AFTER_MS = 30_000;

/** Sees through what an earlier process sent, and says so when a transaction does not go straight into a block. */
export function createNotedTransactor(options: NotedTransactorOptions): Transactor {
  const { client, account, chainId, stateDir, windowSeconds, maxFeePerGas, logger } = options;
  const noted = `sent-${chainId}-${account.address}.txt`.toLowerCase();
  return createTransactor({
    ...{ client, account },
    signed: openSignedTransactions(join(stateDir, noted)),
    stuckAfterMs: Math.min(
      Math.max(windowSeconds * 1000 * STUCK_AFTER_WINDOW_SHARE, MIN_STUCK_AFTER_MS),
      MAX_STUCK_AFTER_MS,
    ),
    ...(maxFeePerGas === undefined ? {} : { maxFeePerGas }),
    onNews: ({ kind, ...fields }) => logger.warn(fields, `transaction_${kind}`),
  });
}
