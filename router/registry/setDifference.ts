import type { PersistentMap } from './persistent/persistentMap.ts';
import type { Address, NetworkKey, ProviderSet } from './providerSet.ts';

export interface SetDifference {
  readonly providers: ReadonlySet<Address>;
  readonly networks: ReadonlySet<NetworkKey>;
}

/** What differs between two sets: added, changed or gone. Costs what they do not share. */
export function setDifference(before: ProviderSet, after: ProviderSet): SetDifference {
  return {
    providers: changedKeys(before.providers, after.providers),
    networks: changedKeys(before.networks, after.networks),
  };
}

function changedKeys<K extends string, V>(
  before: PersistentMap<K, V>,
  after: PersistentMap<K, V>,
): ReadonlySet<K> {
  return new Set(after.differences(before).map(({ key }) => key));
}
