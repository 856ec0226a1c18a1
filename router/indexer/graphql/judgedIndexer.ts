import { describeChainError } from '../../chain/chainError.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import { type Ms, ms } from '../../core/units.ts';
import type { BlockRef } from '../../registry/providerSet.ts';
import { ReorgTooDeepError } from '../catchUp.ts';
import type { AdvanceArgs, AdvanceResult } from '../eventFeed.ts';
import type { SourceLogger } from '../sourceLogger.ts';
import type { DeploymentPair } from './deploymentPair.ts';
import { asksIndexer, choose, firstChoice, type IndexerSeen, wanting } from './feedChoice.ts';
import { createHeadWatch } from './headWatch.ts';

const MAX_BEHIND_BLOCKS = 20;
// Often enough to notice an indexer that stands still, seldom enough to spare the chain's endpoints.
const HEAD_INTERVAL_MS = ms(5_000);

export interface IndexerJudgement {
  /** The chain's newest block, in one cheap request; undefined, or a rejection, when it cannot be seen. */
  chainHead(signal: AbortSignal): Promise<bigint | undefined>;
  /** How far the indexer may be behind the chain. Default 20. */
  readonly maxBehindBlocks?: number;
  /** Between two looks at the chain's head while the indexer is followed. Default 5 s. */
  readonly headIntervalMs?: Ms;
  readonly clock?: Clock;
  readonly logger?: SourceLogger | undefined;
}

/** A look at the indexer: it answered, and the window was moved; or it failed. */
export type IndexerLook =
  | { readonly result: AdvanceResult; readonly seen: IndexerSeen }
  | { readonly result?: never; readonly error: unknown; readonly seen: IndexerSeen };

/** An indexer, looked at with the chain in view. */
export interface JudgedIndexer {
  /** Whether it is to be looked at now. */
  isDue(): boolean;
  /** Whether, by the last look, it is to be gone by. */
  isTrusted(): boolean;
  /** @throws `ReorgTooDeepError` when the chain, seen for the first time, says that it is of something else. */
  advance(args: AdvanceArgs): Promise<IndexerLook>;
  /** The chain's newest block, seen by the way. */
  sawHead(head: bigint): void;
}

/** Looks at the chain's head first, if it has been seen at all: the first set is not to be one of yesterday. */
export async function judgeIndexer(
  pair: DeploymentPair,
  options: IndexerJudgement,
  opening: AbortSignal,
): Promise<JudgedIndexer> {
  const { maxBehindBlocks = MAX_BEHIND_BLOCKS, headIntervalMs: intervalMs = HEAD_INTERVAL_MS } = options;
  const { clock = systemClock, logger } = options;
  const { registry } = pair.facts;
  let choice = firstChoice(clock.now());
  let misread: ReorgTooDeepError | undefined;
  const watch = createHeadWatch({ look: seeHead, intervalMs, clock });
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
      const chain = await pair.chain(signal);
      return (await chain.holds(block, signal)) !== true;
    } catch {
      signal.throwIfAborted();
      return true;
    }
  }

  async function look(args: AdvanceArgs): Promise<IndexerLook> {
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

  function judge(seen: IndexerSeen): void {
    const rules = { maxBehindBlocks, chainHead: watch.head(), now: clock.now() };
    const { way } = choice;
    choice = choose(choice, seen, rules);
    if (choice.way === way) return;
    const reason = wanting(seen, rules);
    if (reason === undefined) logger?.info({ registry }, 'graphql_source_back');
    else logger?.warn({ registry, ...reason }, 'graphql_source_left');
  }

  return {
    isDue: () => asksIndexer(choice, clock.now()),
    isTrusted: () => choice.way === 'graphql',
    async advance(args) {
      if (misread !== undefined) throw misread;
      // Nobody waits for it: a chain that hangs must not hold up what the indexer says.
      void watch.refresh(args.signal);
      const looked = await look(args);
      judge(looked.seen);
      return looked;
    },
    sawHead: (head) => watch.saw(head),
  };
}
