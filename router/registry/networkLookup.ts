import { type Caip2, eip155ChainId } from '../core/caip2.ts';
import { networksInOrder } from './networkOrder.ts';
import type { Network, ProviderSet } from './providerSet.ts';

/** Finds a network by what users call it: its CAIP-2 id, its EIP-155 chain id in decimals, or its slug. */
export type NetworkLookup = (name: string) => Network | undefined;

const known = new WeakMap<ProviderSet['networks'], NetworkLookup>();

/** Costs one pass over the networks when they have changed, nothing otherwise. */
export function networkLookup(set: ProviderSet): NetworkLookup {
  const existing = known.get(set.networks);
  if (existing !== undefined) return existing;
  const created = createNetworkLookup(networksInOrder(set));
  known.set(set.networks, created);
  return created;
}

/**
 * An id can mean one chain only; a slug is a name that someone chose, so it never hides an id, and a retired network's
 * never hides a live one's. Among equals the first keeps its name.
 */
export function createNetworkLookup(networks: Iterable<Network>): NetworkLookup {
  const byId = new Map<string, Network>();
  const bySlug = new Map<string, Network>();
  for (const network of networks) {
    for (const id of idsOf(network.caip2)) if (!byId.has(id)) byId.set(id, network);
    const holder = bySlug.get(network.slug);
    if (holder === undefined || (holder.status === 'retired' && network.status === 'live')) {
      bySlug.set(network.slug, network);
    }
  }
  return (name) => byId.get(name) ?? bySlug.get(name);
}

function idsOf(caip2: Caip2): readonly string[] {
  const chainId = eip155ChainId(caip2);
  return chainId === undefined ? [caip2] : [caip2, String(chainId)];
}
