import { describeChainError } from '../chain/chainError.ts';
import { NotARegistryError } from '../chain/contracts.ts';
import { WrongChainError } from '../chain/settlementEndpoints.ts';
import { abortable } from '../core/abortable.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { DinError } from '../core/dinError.ts';
import { type Ms, ms } from '../core/units.ts';
import type { Address, ProviderSet } from '../registry/providerSet.ts';
import type { BackfillProgress, ProviderSource, SourceStatus } from '../registry/providerSource.ts';
import type { Checkpoint } from './checkpoint/checkpoint.ts';
import { BuildAnewError, type EventFeed } from './eventFeed.ts';
import { createPace } from './pace.ts';
import { createRegistryFollower } from './registryFollower.ts';
import type { SourceLogger } from './sourceLogger.ts';
import { createSuccessorChain } from './successorChain.ts';

const POLL_INTERVAL_MS = 500;
// Deeper than any reorg of a live network; where the chain tells what is final, that counts instead.
const REORG_DEPTH = 128;
// A feed that answers within this confirms a checkpoint before it is shown; users do not wait longer for it.
const CONFIRM_WITHIN_MS = 500;

export interface FollowingSourceOptions {
  readonly feed: EventFeed;
  /** The provider registry; names all that is needed besides. */
  readonly registry: Address;
  /** Whether a registry's successor takes over; default true. Who has business with one deployment says false. */
  readonly followSuccessors?: boolean;
  /** Called for the registry, and for each that replaces it; runs without a checkpoint when left out. */
  readonly openCheckpoint?: (registry: Address) => Checkpoint;
  readonly clock?: Clock;
  readonly logger?: SourceLogger | undefined;
  /** Default 500 ms. */
  readonly pollIntervalMs?: number;
  /** Blocks that a reorg may undo without a full load, where the feed does not tell what is final. Default 128. */
  readonly reorgDepth?: number;
  /** While much is to be read, after each step. */
  onProgress?(progress: BackfillProgress): void;
}

/**
 * The provider set, followed on a feed. After `start`, keeps following until `stop` or the signal's abort, and goes
 * through the feed's failures with the last set in hand; may be started again, and goes on from where it stood. A
 * registry that was replaced hands over to its successor once most providers have moved. Block numbers of the sets go
 * back by a reorg only.
 *
 * `start` rejects with `WrongChainError`, `NotARegistryError` or the signal's reason, else tries on.
 */
export function createFollowingSource(options: FollowingSourceOptions): ProviderSource {
  const { feed, registry, openCheckpoint, clock = systemClock, logger, onProgress } = options;
  const { pollIntervalMs = POLL_INTERVAL_MS, reorgDepth = REORG_DEPTH } = options;
  const listeners = new Set<(set: ProviderSet) => void>();
  const chain = createSuccessorChain({
    registry,
    ...{ clock, logger },
    isFollowed: options.followSuccessors ?? true,
    createFollower: (of) =>
      createRegistryFollower({
        ...{ feed, registry: of, reorgDepth, openCheckpoint, clock, logger },
        onStep(follower) {
          const progress = follower.backfill();
          if (progress !== undefined) onProgress?.(progress);
          const set = chain.set();
          if (published === undefined) publish(set, 'checkpoint');
          // Nobody sees a reorg half undone.
          else if (set !== undefined && set.block.number > published.block.number) publish(set, feed.via());
        },
      }),
  });
  let published: ProviderSet | undefined;
  /** Of the configured registry after the last look, while another one is in force. */
  let replaced: ProviderSet | undefined;
  let via: SourceStatus['via'];
  let state: SourceStatus['state'] = 'starting';
  let lastError: string | undefined;
  let wasBehind = false;
  let freshAt: Ms = clock.now();
  let run: { readonly stop: AbortController; done: Promise<void> } | undefined;

  function publish(set: ProviderSet | undefined, from: SourceStatus['via']): void {
    if (set === undefined || set === published) return;
    published = set;
    via = from;
    if (state !== 'live') {
      state = 'stale';
      freshAt = ms(clock.now() - Math.max(0, clock.unix() - set.block.timestamp) * 1000);
    }
    for (const listener of listeners) {
      try {
        listener(set);
      } catch (error) {
        logger?.error({ error: String(error) }, 'provider_set_listener_failed');
      }
    }
  }

  /** Nobody can be asked yet: what was true when it was saved is better than nothing. */
  function publishSaved(): boolean {
    if (published !== undefined) return true;
    publish(chain.saved(), 'checkpoint');
    return published !== undefined;
  }

  /** One look; whether the feed could be seen and stands still. Rejects when it never can be. */
  async function look(signal: AbortSignal): Promise<boolean> {
    try {
      const result = await abortable(chain.look(signal), signal);
      if (result === 'moved') return false;
      if (result === 'behind') {
        if (!wasBehind)
          logger?.warn({ block: String(published?.block.number) }, 'settlement_endpoint_behind');
        wasBehind = true;
        return published !== undefined;
      }
      const wasStale = state === 'stale';
      state = 'live';
      freshAt = clock.now();
      lastError = undefined;
      wasBehind = false;
      publish(chain.set(), feed.via());
      replaced = chain.firstSet();
      via = feed.via();
      if (wasStale) logger?.info({ block: String(published?.block.number) }, 'settlement_live_again');
      return published !== undefined;
    } catch (error) {
      if (signal.aborted) return false;
      noteFailure(error);
      const hopeless = error instanceof WrongChainError || error instanceof NotARegistryError;
      if (hopeless && published === undefined && !publishSaved()) throw error;
      return false;
    }
  }

  function noteFailure(error: unknown): void {
    const message = describeChainError(error);
    if (error instanceof BuildAnewError) logger?.error({ error: message }, error.event);
    else if (message !== lastError) logger?.warn({ error: message }, 'settlement_unreachable');
    lastError = message;
    if (published !== undefined) state = 'stale';
  }

  return {
    kind: feed.kind,
    async start(outer) {
      if (run !== undefined) throw new SourceRunningError();
      const stop = new AbortController();
      const signal = AbortSignal.any([outer, stop.signal]);
      const current = { stop, done: Promise.resolve() };
      run = current;
      state = published === undefined ? 'starting' : 'stale';
      const pace = createPace(pollIntervalMs);
      const unsubscribe = feed.onHead(() => pace.announce());
      const first = Promise.withResolvers<void>();
      const unconfirmed = setTimeout(() => publishSaved() && first.resolve(), CONFIRM_WITHIN_MS);

      async function follow(): Promise<void> {
        while (!signal.aborted) {
          const before = published;
          const settled = await look(signal);
          // What a checkpoint holds is served while the feed is down, and while it tells what came after.
          if (settled || published !== undefined || (lastError !== undefined && publishSaved()))
            first.resolve();
          await pace.next(signal, published !== before);
        }
      }
      current.done = follow()
        .catch(first.reject)
        .finally(() => {
          clearTimeout(unconfirmed);
          unsubscribe();
          chain.pause();
          state = 'stopped';
          if (run === current) run = undefined;
          // Too late when it has been resolved.
          first.reject(signal.reason);
        });
      await first.promise;
    },
    async stop() {
      run?.stop.abort(new SourceStoppedError());
      await run?.done;
    },
    current: () => published,
    configured: () => (chain.registry() === registry ? published : replaced),
    status: () => ({
      state,
      ageMs: ms(clock.now() - freshAt),
      lastError,
      via,
      backfill: chain.busiest().backfill(),
      registry: chain.registry(),
      endpoints: feed.endpoints(),
    }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export class SourceRunningError extends DinError {
  readonly code = 'SOURCE_RUNNING';
  constructor() {
    super('The provider source has been started already.');
  }
}

/** `stop` was called while `start` was still loading. */
export class SourceStoppedError extends DinError {
  readonly code = 'SOURCE_STOPPED';
  constructor() {
    super('The provider source was stopped.');
  }
}
