import type { ChainFeed } from '../chainFeed.ts';
import { BuildAnewError, type DeploymentFeed, type EventFeed } from '../eventFeed.ts';
import { newest } from '../reorgWindow.ts';
import { BothWaysFailedError, type DeploymentPair, openPair } from './deploymentPair.ts';
import type { GraphqlFeed } from './graphqlFeed.ts';
import {
  type IndexerJudgement,
  type IndexerLook,
  type JudgedIndexer,
  judgeIndexer,
} from './judgedIndexer.ts';

export interface FallbackFeedOptions extends Omit<IndexerJudgement, 'chainHead'> {
  readonly primary: GraphqlFeed;
  /** Of the settlement chain itself. */
  readonly secondary: ChainFeed;
}

type Way = ReturnType<EventFeed['via']>;

/**
 * Follows an indexer, and the chain itself while the indexer is down or too far behind, over the same window: neither
 * change begins anything anew. `graphql_source_left` and `graphql_source_back` in the log say so.
 *
 * `open` rejects as `openPair`; `advance` with `BuildAnewError` when the chain says so, else only when neither way
 * can be gone, with `BothWaysFailedError`.
 */
export function createFallbackFeed({ primary, secondary, ...judgement }: FallbackFeedOptions): EventFeed {
  let via: Way = 'graphql';
  return {
    kind: 'graphql',
    async open(registry, signal) {
      const pair = await openPair(primary, secondary, registry, signal);
      const indexer = await judgeIndexer(pair, { ...judgement, chainHead: secondary.chainHead }, signal);
      return createFallbackDeployment(pair, indexer, (way) => {
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

function createFallbackDeployment(
  pair: DeploymentPair,
  indexer: JudgedIndexer,
  onVia: (way: Way) => void,
): DeploymentFeed {
  const { chainId, registry, vault, base } = pair.facts;
  return {
    ...{ chainId, registry, vault, base },
    async advance({ window: start, signal, ...args }) {
      // What one way has read into the window, the other does not read again.
      let window = start;
      const onStep: typeof args.onStep = (step) => {
        window = step.window;
        args.onStep(step);
      };
      let look: IndexerLook | undefined;
      if (indexer.isDue()) look = await indexer.advance({ window, onStep, signal });
      if (look?.result !== undefined && indexer.isTrusted()) {
        onVia('graphql');
        return look.result;
      }
      try {
        const chain = await pair.chain(signal);
        const result = await chain.advance({ window, onStep, signal });
        if (result === 'current') indexer.sawHead(newest(window).block.number);
        onVia('chain');
        return result;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof BuildAnewError) throw error;
        look ??= await indexer.advance({ window, onStep, signal });
        if (look.result === undefined) throw new BothWaysFailedError(look.error, error);
        onVia('graphql');
        // It may be too far behind, but nobody else says anything.
        return look.result === 'current' && !indexer.isTrusted() ? 'behind' : look.result;
      }
    },
    async holds(block, signal) {
      // The chain's word counts: a checkpoint may be thrown away on it.
      const errors: unknown[] = [];
      for (const open of [pair.chain, pair.indexer]) {
        try {
          const deployment = await open(signal);
          const held = await deployment.holds(block, signal);
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
