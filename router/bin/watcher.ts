import type { Address, LocalAccount } from 'viem';
import { createSettlementClient } from '../chain/settlementClient.ts';
import type { Caip2 } from '../core/caip2.ts';
import { systemClock } from '../core/clock.ts';
import { checkpointPath } from '../indexer/checkpoint/checkpointPath.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import { createUpstreamClient } from '../upstream/upstreamClient.ts';
import { createReportStore } from '../watcher/reportStore.ts';
import type { WatcherLog } from '../watcher/watcherLog.ts';
import { composeWatcher } from './composeWatcher.ts';
import { logLoading } from './loadingLog.ts';
import { openProviderSource } from './providerSource.ts';
import { readWatcherDeployment } from './watcherDeployment.ts';

export interface WatcherSettings {
  /** Of the settlement chain; tried in this order. */
  readonly rpcUrls: readonly string[];
  /** The provider registry; names the other contracts. */
  readonly registry: Address;
  /** The watcher. Has joined already, and has some of the chain's coin for gas. */
  readonly account: LocalAccount;
  /** Where reports are kept until they are revealed. One directory a watcher. */
  readonly stateDir: string;
  /** Has an effect only where the registry accepts private endpoints too. */
  readonly allowPrivateEndpoints: boolean;
  readonly probeIntervalMs?: number;
  /** URLs of the watcher's own nodes, by network. */
  readonly references?: ReadonlyMap<Caip2, string>;
  /** Never offered more than this for a unit of the settlement chain's gas; left out: 500 gwei. */
  readonly maxFeePerGas?: bigint;
  /** The way to the services, closed with the watcher; left out: this machine's own. */
  readonly upstream?: UpstreamClient;
  readonly logger: WatcherLog;
  readonly signal?: AbortSignal;
}

export interface RunningWatcher {
  /** Ends the watcher; resolves once all is closed. What was committed is revealed after the next start. */
  stop(): Promise<void>;
  /** Resolves once it has ended, by `stop` or the signal. */
  readonly done: Promise<void>;
}

/** Answers are a block at most: a node that sends more is not read to the end. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Starts a watcher in this process. Rejects without having started when it could never work: `NotAWatcherError`,
 * `NotARegistryError`, `NoCourtError`, `StateInUseError`, `StateUnusableError`, `NoSettlementEndpointError`, or the
 * endpoint's error when none answers.
 */
export async function startWatcher(settings: WatcherSettings): Promise<RunningWatcher> {
  const { rpcUrls, account, stateDir, logger } = settings;
  const client = createSettlementClient({ rpcUrls });
  const deployment = await readWatcherDeployment(client, settings.registry, account.address);
  const { chainId, registry, hub } = deployment.contracts;

  const store = createReportStore(stateDir, { chainId, hub, watcher: account.address });
  const stop = new AbortController();
  const signal = settings.signal ? AbortSignal.any([settings.signal, stop.signal]) : stop.signal;
  const source = openProviderSource({
    settlement: {
      ...{ chainId, registry, rpc: rpcUrls },
      checkpoint: checkpointPath(stateDir, { chainId, registry }),
    },
    // Its bond and its hub are this deployment's: another one's services must not be measured for it.
    followSuccessors: false,
    clock: systemClock,
    random: Math.random,
    logger,
  });
  const endLoadingLog = logLoading(source, logger);
  const upstream =
    settings.upstream ?? createUpstreamClient({ clock: systemClock, maxResponseBytes: MAX_ANSWER_BYTES });
  const close = async () => {
    endLoadingLog();
    await Promise.allSettled([source.stop(), upstream.close()]);
    store.close();
  };
  try {
    await source.start(signal);
  } catch (error) {
    await close();
    throw error;
  }
  const { allowPrivateEndpoints, probeIntervalMs, references, maxFeePerGas } = settings;
  const watcher = composeWatcher({
    ...{ client, deployment, account, source, upstream, store, stateDir, logger },
    ...{ allowPrivateEndpoints, probeIntervalMs, references, maxFeePerGas },
  });
  const done = watcher.run(signal).then(close);
  return {
    done,
    async stop() {
      stop.abort();
      await done;
    },
  };
}
