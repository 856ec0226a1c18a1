import type { RegistryEvent } from '../registry/events.ts';
import type { ProviderSet } from '../registry/providerSet.ts';

/** The highest number that a service of the set has: the registry counts 1, 2, 3 …, and none is ever given twice. */
export function highestServiceNumber({ providers }: ProviderSet): number {
  let highest = 0;
  for (const { services } of providers.values())
    for (const { id } of services.values()) highest = Math.max(highest, id);
  return highest;
}

/**
 * The number of a service whose addition is missing from the events, which follow those that `known` was counted in;
 * undefined when there is none. Proves that events were left out, and needs no second endpoint.
 */
export function missingService(known: number, events: readonly RegistryEvent[]): number | undefined {
  let highest = known;
  for (const event of events) {
    if (event.type !== 'serviceAdded' || event.serviceId <= highest) continue;
    if (event.serviceId > highest + 1) return highest + 1;
    highest = event.serviceId;
  }
  return undefined;
}
