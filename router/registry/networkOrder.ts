import type { Network, ProviderSet } from './providerSet.ts';

const known = new WeakMap<ProviderSet['networks'], readonly Network[]>();

/** All networks, retired ones too, as the registry opened them. Sorted when they have changed, not at each call. */
export function networksInOrder({ networks }: ProviderSet): readonly Network[] {
  const existing = known.get(networks);
  if (existing !== undefined) return existing;
  const created = Array.from(networks.values()).sort((a, b) => a.index - b.index);
  known.set(networks, created);
  return created;
}
