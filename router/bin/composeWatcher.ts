import { randomBytes } from 'node:crypto';
import type { LocalAccount, PublicClient } from 'viem';
import { createTransactor } from '../chain/transact.ts';
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
  /** Has an effect only where the registry accepts private endpoints too. */
  readonly allowPrivateEndpoints: boolean;
  readonly probeIntervalMs?: number | undefined;
  readonly logger: WatcherLog;
}

/** A watcher of the machine's own clock and chance, in a process of its own or in a gateway's. */
export function composeWatcher(parts: WatcherParts): Watcher {
  const { client, account, source, upstream, store, probeIntervalMs, logger } = parts;
  const { contracts, params } = parts.deployment;
  const watcher = createWatcher({
    ...{ client, contracts, params, source, upstream, store },
    // A transaction that is in no block by the end of its window is of no use any more.
    transactor: createTransactor({
      client,
      account,
      receiptTimeoutMs: Math.max(params.commitSeconds, params.revealSeconds) * 1000,
    }),
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
