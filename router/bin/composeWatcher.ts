import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { LocalAccount, PublicClient } from 'viem';
import { openSignedTransactions } from '../chain/signedTransactions.ts';
import { createTransactor, type Transactor } from '../chain/transact.ts';
import { systemClock } from '../core/clock.ts';
import { ms } from '../core/units.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import type { ReportStore } from '../watcher/reportStore.ts';
import { createWatcher, type Watcher, type WatcherOptions } from '../watcher/watcher.ts';
import type { WatcherLog } from '../watcher/watcherLog.ts';
import type { WatcherDeployment } from './watcherDeployment.ts';

export interface WatcherParts {
  readonly client: PublicClient;
  readonly deployment: WatcherDeployment;
  readonly account: LocalAccount;
  readonly source: WatcherOptions['source'];
  readonly upstream: UpstreamClient;
  readonly store: ReportStore;
  /** That of the store: what is sent is noted beside the reports. */
  readonly stateDir: string;
  /** Never offered more than this for a unit of the settlement chain's gas; left out: 500 gwei. */
  readonly maxFeePerGas?: bigint | undefined;
  /** Has an effect only where the registry accepts private endpoints too. */
  readonly allowPrivateEndpoints: boolean;
  readonly probeIntervalMs?: number | undefined;
  readonly logger: WatcherLog;
}

/** Sooner where windows are short: a transaction has a few tries. */
const STUCK_AFTER_WINDOW_SHARE = 0.25;
const MIN_STUCK_AFTER_MS = 1_000;
const MAX_STUCK_AFTER_MS = 30_000;

/** A watcher of the machine's own clock and chance, in a process of its own or in a gateway's. */
export function composeWatcher(parts: WatcherParts): Watcher {
  const { client, account, source, upstream, store, probeIntervalMs, logger } = parts;
  const { contracts, params } = parts.deployment;
  const watcher = createWatcher({
    ...{ client, contracts, params, source, upstream, store },
    transactor: watcherTransactor(parts),
    allowPrivateEndpoints: parts.allowPrivateEndpoints && !contracts.publicEndpointsOnly,
    ...(probeIntervalMs === undefined ? {} : { probeIntervalMs: ms(probeIntervalMs) }),
    clock: systemClock,
    random: Math.random,
    salt: () => `0x${randomBytes(32).toString('hex')}`,
    log: logger,
  });
  logger.info(
    { watcher: account.address, chainId: contracts.chainId, hub: contracts.hub },
    'watcher_started',
  );
  return watcher;
}

/** Sees through what an earlier process sent, and says so when a transaction does not go straight into a block. */
function watcherTransactor({
  client,
  account,
  deployment,
  stateDir,
  maxFeePerGas,
  logger,
}: WatcherParts): Transactor {
  const { contracts, params } = deployment;
  const windowMs = Math.min(params.commitSeconds, params.revealSeconds) * 1000;
  const noted = `sent-${contracts.chainId}-${account.address}.txt`.toLowerCase();
  return createTransactor({
    ...{ client, account },
    signed: openSignedTransactions(join(stateDir, noted)),
    stuckAfterMs: Math.min(
      Math.max(windowMs * STUCK_AFTER_WINDOW_SHARE, MIN_STUCK_AFTER_MS),
      MAX_STUCK_AFTER_MS,
    ),
    ...(maxFeePerGas === undefined ? {} : { maxFeePerGas }),
    onNews: ({ kind, ...fields }) => logger.warn(fields, `transaction_${kind}`),
  });
}
