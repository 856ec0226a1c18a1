import type { Address, NetworkKey, ProviderSet } from './providerSet.ts';

export interface SetDifference {
  readonly providers: ReadonlySet<Address>;
  readonly networks: ReadonlySet<NetworkKey>;
}

/** What differs between two sets: added, changed or gone. */
export function setDifference(before: ProviderSet, after: ProviderSet): SetDifference {
  return {
    providers: changedKeys(before.providers, after.providers),
    networks: changedKeys(before.networks, after.networks),
  };
}

function changedKeys<K, V>(before: ReadonlyMap<K, V>, after: ReadonlyMap<K, V>): ReadonlySet<K> {
  const changed = new Set<K>();
  if (before === after) return changed;
  for (const [key, value] of after) if (before.get(key) !== value) changed.add(key);
  for (const key of before.keys()) if (!after.has(key)) changed.add(key);
  return changed;
}
