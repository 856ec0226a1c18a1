import type { Clock } from '../core/clock.ts';
import type { Ms } from '../core/units.ts';
import { type Address, emptySet, type ProviderSet } from '../registry/providerSet.ts';
import type { BackfillProgress } from '../registry/providerSource.ts';
import { type BackfillStart, backfillProgress } from './backfillProgress.ts';
import type { Checkpoint } from './checkpoint/checkpoint.ts';
import {
  type AdvanceResult,
  BuildAnewError,
  type DeploymentFeed,
  type EventFeed,
  type FeedStep,
} from './eventFeed.ts';
import { newest, oldest, openWindow, type ReorgWindow } from './reorgWindow.ts';
import type { SourceLogger } from './sourceLogger.ts';

// While the chain keeps changing under the reading, look again at once, but not for ever.
const MAX_LOOKS = 5;
// A window this near the head when a look ends is at the head: each round of a load is shorter than the one before.
const AT_HEAD_WITHIN_BLOCKS = 16n;
// What a crash costs is reading a few blocks again.
const SAVE_INTERVAL_MS = 5_000;

export interface RegistryFollowerArgs {
  readonly feed: EventFeed;
  readonly registry: Address;
  readonly reorgDepth: number;
  readonly openCheckpoint: ((registry: Address) => Checkpoint) | undefined;
  readonly clock: Clock;
  readonly logger: SourceLogger | undefined;
  /** After each step, whole sets or not. */
  onStep(follower: RegistryFollower): void;
}

/** One registry's set, followed from its checkpoint or its deployment on. */
export interface RegistryFollower {
  readonly registry: Address;
  /** The newest set; undefined while it is half-built, or nobody has confirmed that the chain holds its block. */
  set(): ProviderSet | undefined;
  /** The checkpoint's set, until the chain confirmed or refuted it. */
  unconfirmed(): ProviderSet | undefined;
  /**
   * One look at the feed. `moved`: it keeps changing, look again soon.
   * @throws {@link BuildAnewError}, after which the next look begins anew; what keeps the feed from answering.
   */
  look(signal: AbortSignal): Promise<AdvanceResult>;
  /** While much is still to be read. */
  backfill(): BackfillProgress | undefined;
  /** Saves and lets go of the checkpoint; a later look goes on from where it stood. */
  pause(): void;
}

export function createRegistryFollower(args: RegistryFollowerArgs): RegistryFollower {
  const { feed, registry, reorgDepth, clock, logger } = args;
  let deployment: DeploymentFeed | undefined;
  let checkpoint: Checkpoint | undefined;
  let window: ReorgWindow | undefined;
  let isConfirmed = false;
  /** From a deployment's first block on, a set is half-built until it reaches the head. */
  let isWhole = false;
  let saved: { readonly block: bigint; readonly isWhole: boolean } | undefined;
  let savedAt: Ms | undefined;
  let events = 0;
  let head: bigint | undefined;
  let start: BackfillStart | undefined;

  function openFile(): void {
    if (checkpoint !== undefined || args.openCheckpoint === undefined) return;
    checkpoint = args.openCheckpoint(registry);
    if (window !== undefined) return;
    const loaded = checkpoint.load();
    if (loaded === undefined) return;
    logger?.info({ registry, block: String(loaded.block.number) }, 'checkpoint_loaded');
    window = openWindow(loaded, reorgDepth);
    isWhole = !checkpoint.isHalfBuilt();
    saved = { block: loaded.block.number, isWhole };
  }

  function beginAnew(reason: string): void {
    checkpoint?.setAside(reason);
    deployment = undefined;
    window = undefined;
    isConfirmed = false;
    isWhole = false;
    saved = undefined;
    events = 0;
    start = undefined;
  }

  /** The oldest step is final: nothing that a reorg can undo is ever saved. */
  function save(): void {
    if (checkpoint === undefined || window === undefined || !isConfirmed) return;
    const final = oldest(window);
    const { number: block } = final.block;
    const known = saved?.block ?? deployment?.base.number ?? 0n;
    const isNews = block > known || (block === known && saved !== undefined && saved.isWhole !== isWhole);
    if (!isNews) return;
    checkpoint.save(final, !isWhole);
    saved = { block, isWhole };
    savedAt = clock.now();
  }

  function saveNowAndThen(): void {
    if (savedAt === undefined || clock.now() - savedAt >= SAVE_INTERVAL_MS) save();
  }

  async function confirm(
    target: DeploymentFeed,
    signal: AbortSignal,
  ): Promise<'held' | 'refuted' | 'unknown'> {
    if (window === undefined) {
      window = openWindow(emptySet(target.base), reorgDepth);
      return 'held';
    }
    const { block } = newest(window);
    const held = await target.holds(block, signal);
    if (held === undefined) return 'unknown';
    if (held) return 'held';
    logger?.error({ registry, block: String(block.number) }, 'checkpoint_not_on_chain');
    return 'refuted';
  }

  function stepped(step: FeedStep): void {
    const from = window && newest(window).block.number;
    const to = newest(step.window).block.number;
    if (from !== undefined && to < from)
      logger?.info({ registry, from: String(from), to: String(to) }, 'settlement_reorg_rolled_back');
    window = step.window;
    head = step.head;
    events += step.events;
    start ??= { block: to, at: clock.now() };
    saveNowAndThen();
    args.onStep(follower);
  }

  async function look(signal: AbortSignal): Promise<AdvanceResult> {
    openFile();
    deployment ??= await feed.open(registry, signal);
    if (!isConfirmed) {
      const found = await confirm(deployment, signal);
      if (found === 'unknown') return 'behind';
      if (found === 'refuted') {
        beginAnew('the chain does not hold its block');
        return 'moved';
      }
      isConfirmed = true;
      args.onStep(follower);
    }
    for (let round = 0; round < MAX_LOOKS && window !== undefined; round += 1) {
      const from = newest(window).block.number;
      const result = await deployment.advance({
        window,
        signal,
        onStep(step) {
          // Reading that outlives `stop` must not alter what a later `start` goes on from.
          signal.throwIfAborted();
          stepped(step);
        },
      });
      const isLongRound = newest(window).block.number - from > AT_HEAD_WITHIN_BLOCKS;
      if (result === 'moved' || (result === 'current' && isLongRound)) continue;
      start = undefined;
      // Behind what was read already, as by another endpoint: that says nothing about what is still to come.
      if (result === 'current') isWhole = true;
      saveNowAndThen();
      return result;
    }
    return 'moved';
  }

  const follower: RegistryFollower = {
    registry,
    set: () => (isConfirmed && isWhole && window !== undefined ? newest(window) : undefined),
    unconfirmed() {
      openFile();
      return !isConfirmed && isWhole && window !== undefined ? newest(window) : undefined;
    },
    async look(signal) {
      try {
        return await look(signal);
      } catch (error) {
        if (error instanceof BuildAnewError) beginAnew(error.flaw);
        throw error;
      }
    },
    backfill() {
      if (window === undefined || deployment === undefined || head === undefined || start === undefined)
        return undefined;
      const { number: block } = newest(window).block;
      if (head - block <= AT_HEAD_WITHIN_BLOCKS) return undefined;
      const fromBlock = deployment.base.number;
      return backfillProgress({ fromBlock, start, block, head, events, now: clock.now() });
    },
    pause() {
      save();
      checkpoint?.close();
      checkpoint = undefined;
    },
  };
  return follower;
}
