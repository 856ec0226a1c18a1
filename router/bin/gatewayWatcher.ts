import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalAccount, parseGwei } from 'viem';
import { createSettlementClient } from '../chain/settlementClient.ts';
import { WrongChainError } from '../chain/settlementEndpoints.ts';
import type { SettlementConfig } from '../config/settlement.ts';
import type { WatcherConfig } from '../config/watcher.ts';
import { abortable } from '../core/abortable.ts';
import type { Caip2 } from '../core/caip2.ts';
import type { ObservedCalls } from '../core/callObservation.ts';
import type { WatcherState } from '../gateway/watcherState.ts';
import type { Logger } from '../observability/logger.ts';
import type { ProviderSource } from '../registry/providerSource.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import { describeError } from '../watcher/describeError.ts';
import { createReportStore } from '../watcher/reportStore.ts';
import type { Watcher } from '../watcher/watcher.ts';
import { composeWatcher } from './composeWatcher.ts';
import { loadWatcherAccount } from './watcherAccount.ts';
import { readWatcherDeployment } from './watcherDeployment.ts';

export interface GatewayWatcherArgs {
  readonly config: WatcherConfig;
  readonly settlement: SettlementConfig;
  /** The gateway's own: the chain is followed once. */
  readonly source: ProviderSource;
  /** The gateway's own: probes go the way of users' calls, and look like them. */
  readonly upstream: UpstreamClient;
  readonly allowPrivateEndpoints: boolean;
  /** URLs of the gateway's own nodes: they have a say in what is final. */
  readonly references: ReadonlyMap<Caip2, string>;
  readonly logger: Logger;
}

/** A watcher beside a gateway's serving, which it never disturbs: when it cannot start it says why, and tries again. */
export interface GatewayWatcher {
  start(): void;
  /** Takes what users' calls showed; lost while it does not run. */
  observe(calls: readonly ObservedCalls[]): void;
  state(): WatcherState;
  /** Resolves once it has ended. What was committed to is on disk, and revealed after the next start. */
  stop(): Promise<void>;
}

// An operator who has just joined or freed the state sees it run within a minute.
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

export function createGatewayWatcher(args: GatewayWatcherArgs): GatewayWatcher {
  const { config, settlement, source, upstream, allowPrivateEndpoints, references, logger } = args;
  const stop = new AbortController();
  const { signal } = stop;
  let account: LocalAccount | undefined;
  let watcher: Watcher | undefined;
  /** Of the last failure to start. */
  let reason: string | undefined;
  let done: Promise<void> = Promise.resolve();

  async function prepare() {
    // Kept: to open a keystore takes a second of a processor.
    account ??= await loadWatcherAccount(config);
    const client = createSettlementClient({ rpcUrls: usableUrls(settlement.rpc, source.status().endpoints) });
    const deployment = await readWatcherDeployment(client, settlement.registry, account.address);
    const { chainId } = deployment.contracts;
    if (chainId !== settlement.chainId) throw new WrongChainError(settlement.chainId, chainId);
    return { account, client, deployment };
  }

  /** Resolves once it was stopped; rejects when it could not start. */
  async function run(): Promise<void> {
    const prepared = await abortable(prepare(), signal);
    const { chainId, hub } = prepared.deployment.contracts;
    const author = { chainId, hub, watcher: prepared.account.address };
    const store = createReportStore(config.stateDir, author);
    try {
      watcher = composeWatcher({
        ...{
          ...prepared,
          upstream,
          store,
          stateDir: config.stateDir,
          allowPrivateEndpoints,
          references,
          logger,
        },
        // Its bond and its hub are this deployment's, also when the gateway has moved to the next one.
        source: { current: source.configured },
        probeIntervalMs: config.probeIntervalMs,
        maxFeePerGas: config.maxFeeGwei === undefined ? undefined : parseGwei(String(config.maxFeeGwei)),
        isKeeper: config.keeper,
      });
      await watcher.run(signal);
    } finally {
      watcher = undefined;
      store.close();
    }
  }

  async function tryOn(): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(2 * retryMs, MAX_RETRY_MS)) {
      try {
        await run();
      } catch (error) {
        if (signal.aborted) return;
        const failure = describeError(error);
        if (failure.code !== reason) logger.error(failure, 'watcher_unable');
        reason = failure.code;
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  return {
    start() {
      done = tryOn();
    },
    observe(calls) {
      for (const { service, observations } of watcher ? calls : []) {
        for (const observation of observations) watcher?.observe(service, observation);
      }
    },
    state: () => stateOf({ watcher, account, reason, isStopped: signal.aborted }),
    async stop() {
      stop.abort();
      await done;
    },
  };
}

/** A watcher sends over HTTP, and not to those whom the gateway has found on another chain or leaving events out. */
function usableUrls(
  rpc: readonly string[],
  endpoints: ReturnType<ProviderSource['status']>['endpoints'],
): readonly string[] {
  const overHttp = rpc.filter((url) => /^https?:/i.test(url));
  const isBad = (url: string) => {
    const state = endpoints[rpc.indexOf(url)]?.state;
    return state === 'wrongChain' || state === 'missingLogs';
  };
  const usable = overHttp.filter((url) => !isBad(url));
  return usable.length > 0 ? usable : overHttp;
}

function stateOf(now: {
  readonly watcher: Watcher | undefined;
  readonly account: LocalAccount | undefined;
  readonly reason: string | undefined;
  readonly isStopped: boolean;
}): WatcherState {
  const { account, watcher, isStopped } = now;
  const none = { epoch: undefined, committed: undefined, revealed: undefined, gas: undefined };
  const address = account?.address;
  if (watcher === undefined) {
    const state = isStopped ? 'stopped' : now.reason === undefined ? 'starting' : 'waiting';
    return { ...none, state, reason: isStopped ? undefined : now.reason, address };
  }
  const { isChainReachable, ...progress } = watcher.status();
  const reason = isChainReachable
    ? progress.gas?.epochs === 0
      ? 'LOW_GAS_BALANCE'
      : undefined
    : 'SETTLEMENT_UNREACHABLE';
  return { ...progress, state: 'running', reason, address };
}
