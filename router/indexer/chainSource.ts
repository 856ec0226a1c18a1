import type { ProviderSource } from '../registry/providerSource.ts';
import { type ChainFeedOptions, createChainFeed } from './chainFeed.ts';
import { createFollowingSource, type FollowingSourceOptions } from './followingSource.ts';

export type ChainSourceOptions = Omit<FollowingSourceOptions, 'feed'> & ChainFeedOptions;

/**
 * The provider set from the contracts' events over JSON-RPC, see {@link createFollowingSource}. The endpoints are the
 * caller's to close.
 */
export function createChainSource(options: ChainSourceOptions): ProviderSource {
  return createFollowingSource({ ...options, feed: createChainFeed(options) });
}
