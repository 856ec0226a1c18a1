import { describeChainError } from '../../chain/chainError.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import { type Ms, ms } from '../../core/units.ts';
import type { BlockRef } from '../../registry/providerSet.ts';
import { ReorgTooDeepError } from '../catchUp.ts';
import type { AdvanceArgs, AdvanceResult, DeploymentFeed, EventFeed } from '../eventFeed.ts';
import { newest } from '../reorgWindow.ts';
import { BothWaysFailedError, type DeploymentPair, openPair } from './deploymentPair.ts';
import {
  asksIndexer,
  choose,
  type FeedChoice,
  firstChoice,
  type IndexerSeen,
  wanting,
} from './feedChoice.ts';
import type { GraphqlFeed } from './graphqlFeed.ts';
import { createHeadWatch } from './headWatch.ts';

const MAX_BEHIND_BLOCKS = 20;
// Often enough to notice an indexer that stands still, seldom enough to spare the chain's endpoints.
const HEAD_INTERVAL_MS = ms(5_000);

export interface FallbackLogger {
  info(values: object, event: string): void;
  warn(values: object, event: string): void;
}

export interface FallbackFeedOptions {
  readonly primary: GraphqlFeed;
  /** Of the settlement chain itself. */
  readonly secondary: EventFeed;
  /** The chain's newest block, in one cheap request; undefined, or a rejection, when it cannot be seen. */
  chainHead(signal: AbortSignal): Promise<bigint | undefined>;
  /** How far the indexer may be behind the chain. Default 20. */
  readonly maxBehindBlocks?: number;
  /** Between two looks at the chain's head while the indexer is followed. Default 5 s. */
  readonly headIntervalMs?: Ms;
  readonly clock?: Clock;
  readonly logger?: FallbackLogger;
}

/**
 * Follows an indexer, and the chain itself while the indexer is down or too far behind, over the same window: neither
 * change begins anything anew. `graphql_source_left` and `graphql_source_back` in the log say so.
 *
 * `open` rejects as `openPair`; `advance` with `ReorgTooDeepError` when the chain says so, else only when neither way
 * can be gone, with `BothWaysFailedError`.
 */
export function createFallbackFeed(options: FallbackFeedOptions): EventFeed {
  const { primary, secondary } = options;
  let via: 'graphql' | 'chain' = 'graphql';
  return {
    kind: 'graphql',
    async open(registry, signal) {
      const pair = await openPair(primary, secondary, registry, signal);
      return await openDeployment(pair, options, signal, (way) => {
        via = way;
      });
    },
    via: () => via,
    endpoints: () => secondary.endpoints(),
    onHead: (listener) => secondary.onHead(listener),
    async close() {
      await Promise.all([primary.close(), secondary.close()]);
    },
  };
}

async function openDeployment(
  pair: DeploymentPair,
  options: FallbackFeedOptions,
  opening: AbortSignal,
  onVia: (way: FeedChoice['way']) => void,
): Promise<DeploymentFeed> {
  const { maxBehindBlocks = MAX_BEHIND_BLOCKS, headIntervalMs: intervalMs = HEAD_INTERVAL_MS } = options;
  const { clock = systemClock, logger } = options;
  const { registry } = pair.facts;
  let choice = firstChoice(clock.now());
  let misread: ReorgTooDeepError | undefined;
  const watch = createHeadWatch({ look: seeHead, intervalMs, clock });
  // The first set is not to be one of yesterday.
  if (pair.sawChain()) await watch.refresh(opening);

  async function seeHead(signal: AbortSignal): Promise<bigint | undefined> {
    try {
      await pair.chain(signal);
    } catch (error) {
      if (error instanceof ReorgTooDeepError) misread = error;
      return undefined;
    }
    return await options.chainHead(signal);
  }

  /** Whether the chain itself no longer has the block, or cannot be asked. */
  async function hasLeft(block: BlockRef, signal: AbortSignal): Promise<boolean> {
    try {
      return (await (await pair.chain(signal)).holds(block, signal)) !== true;
    } catch {
      signal.throwIfAborted();
      return true;
    }
  }

  async function askIndexer(args: AdvanceArgs): Promise<IndexerLook> {
    const { signal } = args;
    // Nobody waits for it: a chain that hangs must not hold up what the indexer says.
    void watch.refresh(signal);
    const look = await lookAtIndexer(args);
    const rules = { maxBehindBlocks, chainHead: watch.head() };
    const reason = wanting(look.seen, rules);
    const { way } = choice;
    choice = choose(choice, look.seen, { ...rules, now: clock.now() });
    if (choice.way !== way) {
      if (reason === undefined) logger?.info({ registry }, 'graphql_source_back');
      else logger?.warn({ registry, ...reason }, 'graphql_source_left');
    }
    return look;
  }

  async function lookAtIndexer(args: AdvanceArgs): Promise<IndexerLook> {
    const { signal } = args;
    try {
      const indexer = await pair.indexer(signal);
      const result = await indexer.advance({ ...args, mayLeave: (block) => hasLeft(block, signal) });
      return { result, seen: { kind: 'answered', head: indexer.head() } };
    } catch (error) {
      signal.throwIfAborted();
      return { error, seen: { kind: 'failed', error: describeChainError(error) } };
    }
  }

  return {
    ...pair.facts,
    async advance({ signal, ...args }) {
      if (misread !== undefined) {
        const error = misread;
        misread = undefined;
        throw error;
      }
      // What one way has read into the window, the other does not read again.
      let { window } = args;
      const onStep: typeof args.onStep = (step) => {
        window = step.window;
        args.onStep(step);
      };
      let look = asksIndexer(choice, clock.now()) ? await askIndexer({ window, onStep, signal }) : undefined;
      if (look?.result !== undefined && choice.way === 'graphql') {
        onVia('graphql');
        return look.result;
      }
      try {
        const chain = await pair.chain(signal);
        const result = await chain.advance({ window, onStep, signal });
        if (result === 'current') watch.saw(newest(window).block.number);
        onVia('chain');
        return result;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ReorgTooDeepError) throw error;
        look ??= await askIndexer({ window, onStep, signal });
        if (look.result === undefined) throw new BothWaysFailedError(look.error, error);
        onVia('graphql');
        // It is too far behind, but nobody else says anything.
        return choice.way === 'chain' && look.result === 'current' ? 'behind' : look.result;
      }
    },
    async holds(block, signal) {
      // The chain's word counts: a checkpoint may be thrown away on it.
      const errors: unknown[] = [];
      for (const open of [pair.chain, pair.indexer]) {
        try {
          const held = await (await open(signal)).holds(block, signal);
          if (held !== undefined) return held;
        } catch (error) {
          signal.throwIfAborted();
          errors.push(error);
        }
      }
      if (errors.length === 2) throw new BothWaysFailedError(errors[1], errors[0]);
      return undefined;
    },
  };
}

type IndexerLook =
  | { readonly result: AdvanceResult; readonly seen: IndexerSeen }
  | { readonly result?: never; readonly error: unknown; readonly seen: IndexerSeen };
