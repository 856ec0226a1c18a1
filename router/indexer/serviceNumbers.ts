import type { ProviderSet } from '../registry/providerSet.ts';
import { setDifference } from '../registry/setDifference.ts';

/**
 * Services' numbers tell of events that are missing, with no second endpoint to ask: the registry counts 1, 2, 3 …,
 * none is given twice, and a removed service stays in the set.
 */
export interface ServiceNumbers {
  /** The number of a service whose addition is missing between two sets, one built on the other; undefined if none. */
  missing(before: ProviderSet, after: ProviderSet): number | undefined;
}

/** Remembers the count of the last set it saw, so that a step costs what it changed. */
export function createServiceNumbers(): ServiceNumbers {
  let counted: { readonly set: ProviderSet; readonly highest: number } | undefined;
  return {
    missing(before, after) {
      const known = counted?.set === before ? counted.highest : highestOf(before, before.providers.keys());
      const added = new Set<number>();
      for (const id of numbersOf(after, setDifference(before, after).providers))
        if (id > known) added.add(id);
      for (let next = known + 1; next <= known + added.size; next += 1) if (!added.has(next)) return next;
      counted = { set: after, highest: known + added.size };
      return undefined;
    },
  };
}

function highestOf(set: ProviderSet, providers: Iterable<`0x${string}`>): number {
  let highest = 0;
  for (const id of numbersOf(set, providers)) highest = Math.max(highest, id);
  return highest;
}

function* numbersOf(set: ProviderSet, providers: Iterable<`0x${string}`>): Generator<number> {
  for (const provider of providers)
    for (const { id } of set.providers.get(provider)?.services.values() ?? []) yield id;
}
