import { setTimeout as sleep } from 'node:timers/promises';
import type { PublicClient } from 'viem';
import type { Contracts } from '../chain/contracts.ts';
import type { EpochParams } from '../chain/epochClock.ts';
import type { Transactor } from '../chain/transact.ts';
import type { Clock, Random } from '../core/clock.ts';
import { type Ms, ms, type UnixSeconds, unixSeconds } from '../core/units.ts';
import type { Hex } from '../registry/providerSet.ts';
import type { ProviderSource } from '../registry/providerSource.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import { createAttester } from './attest.ts';
import { createRewardClaims } from './claimRewards.ts';
import { closeEpoch } from './closeEpoch.ts';
import { createCourtKeepers } from './courtKeepers.ts';
import { createCourtWatch } from './courtWatch.ts';
import { describeError } from './describeError.ts';
import { NOT_BEGUN, turnEpoch } from './epochTurn.ts';
import { createGasWatch } from './gasWatch.ts';
import { createLane } from './lane.ts';
import type { LoopMonitor } from './loopMonitor.ts';
import { createOwnTrouble } from './ownTrouble.ts';
import { probeableServices } from './probeable.ts';
import type { Prober } from './prober.ts';
import { probeIntervalMs } from './probeTiming.ts';
import { createProbing, type ProbingDependencies } from './probing.ts';
import type { ReportStore } from './reportStore.ts';
import type { WatcherLog } from './watcherLog.ts';
import { progressOf, type WatcherStatus } from './watcherStatus.ts';

export interface WatcherOptions {
  readonly client: PublicClient;
  readonly transactor: Transactor;
  readonly contracts: Contracts;
  readonly params: EpochParams;
  /** Started by the caller. */
  readonly source: Pick<ProviderSource, 'current'>;
  readonly upstream: UpstreamClient;
  readonly store: ReportStore;
  /** The watcher's own nodes, by network: without their word nothing is checked there. */
  readonly references: ProbingDependencies['references'];
  readonly evidence: ProbingDependencies['evidence'];
  readonly startLoopMonitor: () => LoopMonitor;
  /** Whether endpoints at private addresses are asked: on development chains only. */
  readonly allowPrivateEndpoints: boolean;
  /** Mean time between two probes of a service; by default from the epoch's length. */
  readonly probeIntervalMs?: Ms;
  /** Whether it brings and executes cases too; default true. */
  readonly isKeeper?: boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** 32 fresh random bytes each time. */
  readonly salt: () => Hex;
  readonly log: WatcherLog;
}

export interface Watcher {
  /** Probes, attests, keeps cases and fetches rewards until aborted; no failure ends it before. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Takes what a user's call showed. */
  readonly observe: Prober['observe'];
  /** Reads from the store: not after it is closed. */
  status(): WatcherStatus;
}

/** A tenth of the shortest window, so that a look or two may fail; within these bounds. */
const MIN_POLL_MS = 250;
const MAX_POLL_MS = 5_000;

/** Of the commit window, how much may pass while probes under way come back. */
const HARVEST_SHARE = 0.25;

/** How long a stop waits for transactions under way; they are on disk and resumed anyway. */
const STOP_GRACE_MS = 3_000;

export function createWatcher(options: WatcherOptions): Watcher {
  const { client, transactor, contracts, params, source, upstream, store, clock, random, salt, log } =
    options;
  const intervalMs = options.probeIntervalMs ?? probeIntervalMs(params.epochSeconds);
  const shortest = Math.min(params.epochSeconds, params.commitSeconds, params.revealSeconds);
  const pollMs = Math.min(Math.max((shortest * 1000) / 10, MIN_POLL_MS), MAX_POLL_MS);
  let turn = NOT_BEGUN;
  let reachable = true;
  let lastSeen = clock.now();

  const providerSet = () => source.current();
  const { allowPrivateEndpoints, isKeeper = true } = options;
  let loop: LoopMonitor | undefined;
  const trouble = createOwnTrouble({ clock, loopDelay: () => loop?.longestDelay() ?? ms(0) });
  const { references, evidence } = options;
  const prober = createProbing({
    ...{ upstream, clock, random, intervalMs, allowPrivateEndpoints, providerSet },
    ...{ trouble, references, evidence, log },
    // Without the chain neither its time nor its provider set is known.
    epoch: () => (reachable ? turn.epoch : undefined),
  });
  const keeper = createCourtKeepers(contracts, { client, transactor, cursors: store, clock, random, log });
  const rewards = createRewardClaims(options);
  const gasWatch = createGasWatch({
    ...{ client, account: transactor.account.address, log },
    services: () => {
      const set = providerSet();
      return set === undefined ? 0 : probeableServices(set).size;
    },
  });
  const courtWatch = createCourtWatch(client, contracts, log);
  const closing = {
    author: { chainId: contracts.chainId, hub: contracts.hub, watcher: transactor.account.address },
    harvestMs: (params.commitSeconds * 1000 * HARVEST_SHARE) as Ms,
    probeIntervalMs: intervalMs,
    ...{ client, prober, providerSet, store, salt, random, log },
  };

  const attester = createAttester({ client, transactor, hub: contracts.hub, params, store, log });

  const unexpected = (error: unknown) => log.error(describeError(error), 'watcher_failed');
  const keeping = createLane(unexpected);
  const claiming = createLane(unexpected);
  let closings = Promise.resolve();

  function enterEpoch(now: UnixSeconds): void {
    const { turn: next, close, missed } = turnEpoch(turn, params, now);
    const isNew = turn.epoch !== undefined && next.epoch !== turn.epoch;
    turn = next;
    for (const one of missed) log.error({ epoch: one, code: 'COMMIT_WINDOW_MISSED' }, 'epoch_missed');
    for (const one of close) closings = closings.then(() => closeEpoch(closing, one)).catch(unexpected);
    if (!isNew) return;
    void gasWatch.check();
    void courtWatch.check();
  }

  async function look(): Promise<void> {
    const head = await client.getBlock();
    const timestamp = unixSeconds(head.timestamp);
    if (!reachable) log.info({ block: Number(head.number) }, 'settlement_back');
    reachable = true;
    lastSeen = clock.now();
    enterEpoch(timestamp);
    attester.step(timestamp);
    if (isKeeper) keeping.enter(async () => void (await keeper.step({ number: head.number, timestamp })));
    claiming.enter(() => rewards.step(timestamp));
  }

  return {
    observe: prober.observe,
    status: () => ({
      epoch: turn.epoch,
      isChainReachable: reachable,
      ...progressOf(store.newest()),
      gas: gasWatch.last(),
    }),
    async run(signal) {
      loop = options.startLoopMonitor();
      const probing = prober.run(signal);
      await Promise.all([gasWatch.check(), courtWatch.check()]);
      while (!signal.aborted) {
        await look().catch((error: unknown) => {
          if (reachable) log.error(describeError(error), 'settlement_unreachable');
          reachable = false;
          // Perhaps its own line: what failed since it was last seen may have failed for the same reason.
          trouble.note(lastSeen, clock.now());
        });
        await sleep(pollMs, undefined, { signal }).catch(() => undefined);
      }
      const done = Promise.all([probing, attester.idle(), keeping.idle(), claiming.idle(), closings]);
      const late = new AbortController();
      await Promise.race([
        done,
        sleep(STOP_GRACE_MS, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      loop.stop();
    },
  };
}
