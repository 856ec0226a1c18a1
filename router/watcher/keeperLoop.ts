import { setTimeout as sleep } from 'node:timers/promises';
import type { PublicClient } from 'viem';
import { type EpochParams, epochAt } from '../chain/epochClock.ts';
import { unixSeconds } from '../core/units.ts';
import type { Keeper } from './cases.ts';
import { describeError } from './describeError.ts';
import type { GasWatch } from './gasWatch.ts';
import { type KeeperRound, mergeRounds } from './keeperRound.ts';
import type { WatcherLog } from './watcherLog.ts';

export interface KeeperLoopOptions {
  readonly client: PublicClient;
  readonly keeper: Keeper;
  readonly params: EpochParams;
  readonly gasWatch: Pick<GasWatch, 'check'>;
  readonly log: WatcherLog;
}

/** A tenth of the shortest window, within these bounds: nothing that a keeper does is urgent. */
const MIN_POLL_MS = 250;
const MAX_POLL_MS = 30_000;

/** How long a stop waits for transactions under way; the next start sees them through. */
const STOP_GRACE_MS = 3_000;

/** Keeps cases until aborted; no failure ends it before. Never rejects. */
export async function runKeeper(options: KeeperLoopOptions, signal: AbortSignal): Promise<void> {
  const { client, keeper, params, gasWatch, log } = options;
  const shortest = Math.min(params.epochSeconds, params.commitSeconds, params.revealSeconds);
  const pollMs = Math.min(Math.max((shortest * 1000) / 10, MIN_POLL_MS), MAX_POLL_MS);
  let reachable = true;
  let epoch: number | undefined;

  /** @returns whether there is more to read at once */
  async function look(): Promise<boolean> {
    const head = await readHead(client);
    if (!reachable) log.info({ block: Number(head.number) }, 'settlement_back');
    reachable = true;
    const present = epochAt(params, head.timestamp);
    if (present !== epoch) await gasWatch.check();
    epoch = present;
    const { isComplete, unread } = await keeper.step(head);
    return !isComplete && unread === undefined;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const more = await look().catch((error: unknown) => {
        if (reachable) log.error(describeError(error), 'settlement_unreachable');
        reachable = false;
        return false;
      });
      if (!more) await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const running = run();
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const late = new AbortController();
  const grace = sleep(STOP_GRACE_MS, undefined, { signal: late.signal }).catch(() => undefined);
  await Promise.race([running, grace]);
  late.abort();
}

/** Does what is due now. Rejects with the endpoint's error when not all could be read. */
export async function keepOnce(client: PublicClient, keeper: Keeper): Promise<KeeperRound> {
  const rounds: KeeperRound[] = [];
  for (;;) {
    const round = await keeper.step(await readHead(client));
    if (round.unread !== undefined) throw round.unread;
    rounds.push(round);
    if (round.isComplete) return { ...mergeRounds(rounds), waiting: round.waiting, isComplete: true };
  }
}

async function readHead(client: PublicClient) {
  const { number, timestamp } = await client.getBlock();
  return { number, timestamp: unixSeconds(timestamp) };
}
