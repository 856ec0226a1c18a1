import type { Address, LocalAccount } from 'viem';
import { discoverContracts } from '../chain/contracts.ts';
import { GasFundsError } from '../chain/sendError.ts';
import { createSettlementClient } from '../chain/settlementClient.ts';
import { systemClock } from '../core/clock.ts';
import { readCourt } from '../watcher/court.ts';
import { createCourtKeepers } from '../watcher/courtKeepers.ts';
import { openCursors } from '../watcher/cursors.ts';
import { createGasWatch } from '../watcher/gasWatch.ts';
import { keepOnce, runKeeper } from '../watcher/keeperLoop.ts';
import type { KeeperRound } from '../watcher/keeperRound.ts';
import type { WatcherLog } from '../watcher/watcherLog.ts';
import { createNotedTransactor } from './notedTransactor.ts';

export interface KeeperSettings {
  /** Of the settlement chain; tried in this order. */
  readonly rpcUrls: readonly string[];
  /** The provider registry; names the other contracts. */
  readonly registry: Address;
  /** Has some of the chain's coin for gas, and needs nothing else. */
  readonly account: LocalAccount;
  /** Where it notes how far it has read and what it has sent. One directory a keeper. */
  readonly stateDir: string;
  /** Never offered more than this for a unit of the settlement chain's gas; left out: 500 gwei. */
  readonly maxFeePerGas?: bigint | undefined;
  readonly logger: WatcherLog;
}

export interface RunningKeeper {
  /** Ends the keeper; resolves once all is closed. */
  stop(): Promise<void>;
  /** Resolves once it has ended, by `stop` or the signal. */
  readonly done: Promise<void>;
}

/**
 * Starts a keeper. Rejects without having started when it could never work: `GasFundsError`, `NotARegistryError`,
 * `NoCourtError`, `StateInUseError`, `StateUnusableError`, `NoSettlementEndpointError`, or the endpoint's error when
 * none answers.
 */
export async function startKeeper(settings: KeeperSettings, signal?: AbortSignal): Promise<RunningKeeper> {
  const { account, logger: log } = settings;
  const { client, contracts, params, keeper, close } = await openKeeper(settings, Math.random, false);
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const { chainId, court, successor } = contracts;
  log.info({ keeper: account.address, chainId, court }, 'keeper_started');
  if (successor !== undefined) log.warn({ successor }, 'registry_replaced');
  const gasWatch = createGasWatch({ client, account: account.address, services: () => 0, log });
  const done = runKeeper({ client, keeper, params, gasWatch, log }, stopped).then(close);
  return {
    done,
    async stop() {
      stop.abort();
      await done;
    },
  };
}

/**
 * Does what is due now, without waiting for a turn; in a dry run it sends nothing. Rejects as {@link startKeeper}, and
 * with the endpoint's error when not all could be read.
 */
export async function runKeeperOnce(settings: KeeperSettings, dryRun: boolean): Promise<KeeperRound> {
  const { client, keeper, close } = await openKeeper(settings, () => 0, dryRun);
  try {
    return await keepOnce(client, keeper);
  } finally {
    close();
  }
}

async function openKeeper(settings: KeeperSettings, random: () => number, dryRun: boolean) {
  const { account, stateDir, maxFeePerGas, logger } = settings;
  const client = createSettlementClient({ rpcUrls: settings.rpcUrls });
  const contracts = await discoverContracts(client, settings.registry);
  const { chainId } = contracts;
  const [{ params }, balance] = await Promise.all([
    readCourt(client, contracts, contracts.court),
    client.getBalance({ address: account.address }),
  ]);
  if (balance === 0n && !dryRun) throw new GasFundsError(account.address, undefined);
  const cursors = openCursors(stateDir, chainId);
  const keeper = createCourtKeepers(contracts, {
    ...{ client, cursors, random, dryRun, log: logger, clock: systemClock },
    transactor: createNotedTransactor({
      ...{ client, account, chainId, stateDir, maxFeePerGas, logger },
      windowSeconds: Math.min(params.commitSeconds, params.revealSeconds),
    }),
  });
  return { client, contracts, params, keeper, close: () => cursors.close() };
}
