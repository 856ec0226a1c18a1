import type { Address, Hex, PublicClient } from 'viem';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';

/** What providers wrote, which the contracts only say in events. */
export interface Texts {
  readonly metadata: ReadonlyMap<Address, string>;
  /** By `provider/network`. */
  readonly urls: ReadonlyMap<string, string>;
}

export const NO_TEXTS: Texts = { metadata: new Map(), urls: new Map() };

/** As of the block, where these were those of its parent. */
export async function readTexts(
  client: PublicClient,
  registry: Address,
  blockHash: Hex,
  before: Texts,
): Promise<Texts> {
  const events = await client.getContractEvents({
    ...{ address: registry, abi: providerRegistryAbi, blockHash, strict: true },
  });
  if (events.length === 0) return before;
  const metadata = new Map(before.metadata);
  const urls = new Map(before.urls);
  for (const event of events) {
    switch (event.eventName) {
      case 'ProviderRegistered':
      case 'MetadataSet':
        metadata.set(event.args.provider, event.args.metadata);
        break;
      case 'ServiceAdded':
      case 'ServiceUpdated':
        urls.set(`${event.args.provider}/${event.args.network}`, event.args.url);
        break;
    }
  }
  return { metadata, urls };
}
