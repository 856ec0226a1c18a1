import { randomBytes } from 'node:crypto';
import type { Address, LocalAccount, PublicClient } from 'viem';
import { slashingCourtAbi } from '../chain/abi/slashingCourt.ts';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import { discoverContracts } from '../chain/contracts.ts';
import { createSettlementClient } from '../chain/settlementClient.ts';
import { createTransactor } from '../chain/transact.ts';
import { systemClock } from '../core/clock.ts';
import { DinError } from '../core/dinError.ts';
import { ms } from '../core/units.ts';
import { checkpointPath } from '../indexer/checkpoint/checkpointPath.ts';
import { createUpstreamClient } from '../upstream/upstreamClient.ts';
import { createReportStore } from '../watcher/reportStore.ts';
import { createWatcher } from '../watcher/watcher.ts';
import type { WatcherLog } from '../watcher/watcherLog.ts';
import { logLoading } from './loadingLog.ts';
import { openProviderSource } from './providerSource.ts';

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
 * Starts a watcher. Rejects without having started when it could never work: {@link NotAWatcherError},
 * `NotARegistryError`, `NoCourtError`, `StateInUseError`, `StateUnusableError`, `NoSettlementEndpointError`, or the
 * endpoint's error when none answers.
 */
export async function startWatcher(settings: WatcherSettings): Promise<RunningWatcher> {
  const { rpcUrls, registry, account, stateDir, logger } = settings;
  const client = createSettlementClient({ rpcUrls });
  const contracts = await discoverContracts(client, registry);
  const hub = { address: contracts.hub, abi: watcherHubAbi } as const;
  const [params, windows, joined] = await Promise.all([
    client.readContract({ ...hub, functionName: 'epochParams' }),
    client.readContract({ address: contracts.court, abi: slashingCourtAbi, functionName: 'windows' }),
    client.readContract({ ...hub, functionName: 'isWatcher', args: [account.address] }),
  ]);
  if (!joined) throw await notAWatcher(client, contracts.hub, account.address);

  const author = { chainId: contracts.chainId, hub: contracts.hub, watcher: account.address };
  const store = createReportStore(stateDir, author);
  const stop = new AbortController();
  const signal = settings.signal ? AbortSignal.any([settings.signal, stop.signal]) : stop.signal;
  const source = openProviderSource({
    settlement: {
      chainId: contracts.chainId,
      registry: contracts.registry,
      rpc: rpcUrls,
      checkpoint: checkpointPath(stateDir, contracts),
    },
    // Its bond and its hub are this deployment's: another one's services must not be measured for it.
    followSuccessors: false,
    clock: systemClock,
    random: Math.random,
    logger,
  });
  const endLoadingLog = logLoading(source, logger);
  const upstream = createUpstreamClient({ clock: systemClock, maxResponseBytes: MAX_ANSWER_BYTES });
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
  const { probeIntervalMs } = settings;
  const watcher = createWatcher({
    ...{ client, contracts, params, source, upstream, store },
    // A transaction that is in no block by the end of its window is of no use any more.
    transactor: createTransactor({
      client,
      account,
      receiptTimeoutMs: Math.max(params.commitSeconds, params.revealSeconds) * 1000,
    }),
    evidenceSeconds: windows.evidenceSeconds,
    allowPrivateEndpoints: settings.allowPrivateEndpoints && !contracts.publicEndpointsOnly,
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
  const done = watcher.run(signal).then(close);
  return {
    done,
    async stop() {
      stop.abort();
      await done;
    },
  };
}

async function notAWatcher(client: PublicClient, hub: Address, account: Address): Promise<NotAWatcherError> {
  const admitted = await client.readContract({
    address: hub,
    abi: watcherHubAbi,
    functionName: 'isAdmitted',
    args: [account],
  });
  return new NotAWatcherError(account, admitted);
}

export class NotAWatcherError extends DinError {
  readonly code = 'NOT_A_WATCHER';
  constructor(account: Address, admitted: boolean) {
    super(
      admitted
        ? `${account} is no watcher yet: bond and join with \`din watcher join\`.`
        : `${account} is no watcher, and is not admitted: the governor admits it first, then \`din watcher join\`.`,
    );
  }
}
