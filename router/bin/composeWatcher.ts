import { randomBytes } from 'node:crypto';
import type { LocalAccount, PublicClient } from 'viem';
import { networkIdOf } from '../chain/commitment.ts';
import type { Caip2 } from '../core/caip2.ts';
import { systemClock } from '../core/clock.ts';
import { ms } from '../core/units.ts';
import type { NetworkKey } from '../registry/providerSet.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import { createEvidenceStore } from '../watcher/checks/evidenceStore.ts';
import { startLoopMonitor } from '../watcher/loopMonitor.ts';
import type { ReportStore } from '../watcher/reportStore.ts';
import { createWatcher, type Watcher, type WatcherOptions } from '../watcher/watcher.ts';
import type { WatcherLog } from '../watcher/watcherLog.ts';
import { createNotedTransactor } from './notedTransactor.ts';
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
  /** URLs of the watcher's own nodes, which may be private ones. */
  readonly references?: ReadonlyMap<Caip2, string> | undefined;
  /** Whether it brings and executes cases too; default true. */
  readonly isKeeper?: boolean;
  readonly logger: WatcherLog;
}

/** A watcher of the machine's own clock and chance, in a process of its own or in a gateway's. */
export function composeWatcher(parts: WatcherParts): Watcher {
  const { client, account, source, upstream, store, stateDir, maxFeePerGas, probeIntervalMs, logger } = parts;
  const { isKeeper = true } = parts;
  const { contracts, params } = parts.deployment;
  const watcher = createWatcher({
    ...{ client, contracts, params, source, upstream, store, isKeeper },
    transactor: createNotedTransactor({
      ...{ client, account, chainId: contracts.chainId, stateDir, maxFeePerGas, logger },
      windowSeconds: Math.min(params.commitSeconds, params.revealSeconds),
    }),
    references: new Map(
      Array.from(parts.references ?? [], ([caip2, url]) => [
        networkIdOf(caip2) as NetworkKey,
        { url, allowPrivate: true },
      ]),
    ),
    evidence: createEvidenceStore(stateDir),
    startLoopMonitor,
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
