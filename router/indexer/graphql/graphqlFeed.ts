import { DinError } from '../../core/dinError.ts';
import { type Ms, ms } from '../../core/units.ts';
import type { Address, BlockRef } from '../../registry/providerSet.ts';
import type { AdvanceArgs, AdvanceResult, DeploymentFeed, EventFeed } from '../eventFeed.ts';
import { catchUpWithIndexer } from './indexerCatchUp.ts';
import { standing } from './standing.ts';

const TIMEOUT_MS = ms(10_000);
// The most that Ponder gives.
const PAGE_SIZE = 1_000;

export interface GraphqlFeedOptions {
  /** Of the indexer's GraphQL, e.g. `http://127.0.0.1:42069/graphql`. */
  readonly url: string;
  /** The settlement chain that the operator means; any when left out. */
  readonly chainId?: number;
  /** For each request. Default 10 s. */
  readonly timeoutMs?: Ms;
  /** Events for each request. Default 1,000, the most that an indexer gives. */
  readonly pageSize?: number;
}

export interface GraphqlFeed extends EventFeed {
  open(registry: Address, signal: AbortSignal): Promise<GraphqlDeployment>;
}

export interface GraphqlDeployment extends DeploymentFeed {
  advance(args: GraphqlAdvanceArgs): Promise<AdvanceResult>;
  /** The indexer's newest block, as last seen. */
  head(): bigint;
}

export interface GraphqlAdvanceArgs extends AdvanceArgs {
  /** See `IndexerCatchUpArgs`; the indexer is believed when left out. */
  mayLeave?(block: BlockRef): Promise<boolean>;
}

/**
 * Deployments' events from an indexer's GraphQL (router/indexer/ponder). It knows no finality: a window that it moves
 * keeps the steps that its depth asks for.
 *
 * `open` rejects with {@link IndexerOfOtherChainError} and as `createIndexerReader` says, `advance` as that and
 * `catchUpWithIndexer` say.
 */
export function createGraphqlFeed(options: GraphqlFeedOptions): GraphqlFeed {
  const { url, timeoutMs = TIMEOUT_MS, pageSize = PAGE_SIZE } = options;
  return {
    kind: 'graphql',
    async open(registry, signal) {
      // Its library takes memory, and most sources never ask an indexer.
      const { createIndexerReader } = await import('./indexerReader.ts');
      const reader = createIndexerReader(registry, { url, timeoutMs, pageSize });
      const view = await reader.look([], signal);
      const { chainId, vault, base } = view.deployment;
      if (options.chainId !== undefined && options.chainId !== chainId) {
        throw new IndexerOfOtherChainError(options.chainId, chainId);
      }
      let head = view.head.ref.number;
      return {
        ...{ chainId, registry, vault, base },
        advance({ mayLeave = async () => true, ...args }) {
          const onHead = (number: bigint) => {
            head = number;
          };
          return catchUpWithIndexer({ ...args, reader, base, mayLeave, onHead });
        },
        head: () => head,
        async holds(block, signal) {
          const found = standing(block, await reader.look([block.number], signal));
          return found === 'unknown' ? undefined : found === 'held';
        },
      };
    },
    via: () => 'graphql',
    endpoints: () => [],
    onHead: () => () => undefined,
    async close() {},
  };
}

export class IndexerOfOtherChainError extends DinError {
  readonly code = 'INDEXER_OF_OTHER_CHAIN';
  constructor(expected: number, actual: number) {
    super(`The indexer indexes chain ${actual}, not ${expected}. Check its address.`);
  }
}
