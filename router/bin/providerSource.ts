import { dirname } from 'node:path';
import type { Address } from 'viem';
import { createSettlementEndpoints } from '../chain/settlementEndpoints.ts';
import type { SettlementConfig } from '../config/settlement.ts';
import type { Clock, Random } from '../core/clock.ts';
import { createChainFeed } from '../indexer/chainFeed.ts';
import type { Checkpoint } from '../indexer/checkpoint/checkpoint.ts';
import { checkpointPath } from '../indexer/checkpoint/checkpointPath.ts';
import { openCheckpoint } from '../indexer/checkpoint/openCheckpoint.ts';
import type { EventFeed } from '../indexer/eventFeed.ts';
import { createFollowingSource } from '../indexer/followingSource.ts';
import { createFallbackFeed } from '../indexer/graphql/fallbackFeed.ts';
import { createGraphqlFeed } from '../indexer/graphql/graphqlFeed.ts';
import type { SourceLogger } from '../indexer/sourceLogger.ts';
import type { ProviderSource } from '../registry/providerSource.ts';

export interface ProviderSourceArgs {
  readonly settlement: Pick<SettlementConfig, 'chainId' | 'registry' | 'rpc'> &
    Partial<Omit<SettlementConfig, 'chainId' | 'registry' | 'rpc'>>;
  /** See the following source. */
  readonly followSuccessors?: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: SourceLogger;
}

/**
 * The way to the provider set that the configuration asks for. Connects to nothing before its `start`; its `stop` is
 * for good, and closes all connections.
 * @throws `NoSettlementEndpointError`
 */
export function openProviderSource(args: ProviderSourceArgs): ProviderSource {
  const { settlement, clock, logger } = args;
  const { registry, pollIntervalMs } = settlement;
  const feed = openFeed(args);
  const checkpoints = checkpointsOf(args);
  const source = createFollowingSource({
    ...{ feed, registry, clock, logger, followSuccessors: args.followSuccessors ?? true },
    ...(checkpoints && { openCheckpoint: checkpoints }),
    ...(pollIntervalMs !== undefined && { pollIntervalMs }),
  });
  return {
    ...source,
    async stop() {
      await source.stop();
      await feed.close();
    },
  };
}

function openFeed({ settlement, clock, random, logger }: ProviderSourceArgs): EventFeed {
  const { chainId, rpc: rpcUrls, maxRange, graphqlUrl, graphqlMaxBehindBlocks } = settlement;
  const chain = createChainFeed({
    endpoints: createSettlementEndpoints({ rpcUrls, chainId, clock, random, logger }),
    ...{ clock, logger },
    ...(maxRange !== undefined && { maxRange }),
  });
  if (settlement.source !== 'graphql' || graphqlUrl === undefined) return chain;
  return createFallbackFeed({
    primary: createGraphqlFeed({ url: graphqlUrl, chainId }),
    secondary: chain,
    ...{ clock, logger },
    ...(graphqlMaxBehindBlocks !== undefined && { maxBehindBlocks: graphqlMaxBehindBlocks }),
  });
}

/** A replacement of the registry has a checkpoint of its own, beside the first one's. */
function checkpointsOf(args: ProviderSourceArgs): ((registry: Address) => Checkpoint) | undefined {
  const { settlement, clock, logger } = args;
  const { checkpoint, chainId, registry: first } = settlement;
  if (checkpoint === undefined || checkpoint === false) return undefined;
  return (registry) => {
    const identity = { chainId, registry };
    const path = registry === first ? checkpoint : checkpointPath(dirname(checkpoint), identity);
    return openCheckpoint({ path, identity, clock, logger });
  };
}
