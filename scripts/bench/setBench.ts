import { CAPABILITY_BITS } from '../../router/core/capability.ts';
import { unixSeconds } from '../../router/core/units.ts';
import type { RegistryEvent } from '../../router/registry/events.ts';
import { activeServices, type NetworkKey, type ProviderSet } from '../../router/registry/providerSet.ts';
import { reduce } from '../../router/registry/reduce.ts';
import type { Random } from '../../test/fixtures/contracts/random.ts';

export const OPERATIONS = ['stakeChange', 'pause', 'resume', 'jail', 'lookup'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Times what is done with one set, over and over: the set itself never changes. */
export interface SetBench {
  /**
   * Milliseconds of one such operation, for a provider and one of its networks drawn at random.
   * @param before called when all is ready, right before the clock starts
   */
  time(operation: Operation, before: () => void): number;
}

// Too short to be timed one by one.
const LOOKUPS = 100;
const JAIL_SECONDS = 86_400;

export function createSetBench(set: ProviderSet, random: Random): SetBench {
  const providers = [...set.providers.values()];

  function timeEvent(from: ProviderSet, event: RegistryEvent, before: () => void): number {
    before();
    const begun = performance.now();
    reduce(from, event);
    return performance.now() - begun;
  }

  /** As a router does for a call: those with a capability, and one of them. */
  function timeLookup(network: NetworkKey, before: () => void): number {
    before();
    const begun = performance.now();
    for (let call = 0; call < LOOKUPS; call++) {
      const able = activeServices(set, network, CAPABILITY_BITS.full);
      if (able.at(call % able.size) === undefined) throw new RangeError('a service is missing');
    }
    return (performance.now() - begun) / LOOKUPS;
  }

  return {
    time(operation, before) {
      const { id: provider, tokens, services } = random.pick(providers);
      const network = random.pick([...services.keys()]);
      const at = { blockNumber: set.block.number, logIndex: 0, provider };
      switch (operation) {
        case 'stakeChange':
          return timeEvent(set, { ...at, type: 'stakeChanged', tokens: tokens + 1n }, before);
        case 'pause':
          return timeEvent(set, { ...at, type: 'servicePaused', network }, before);
        case 'resume': {
          const paused = reduce(set, { ...at, type: 'servicePaused', network });
          return timeEvent(paused, { ...at, type: 'serviceResumed', network }, before);
        }
        case 'jail': {
          const until = unixSeconds(set.block.timestamp + JAIL_SECONDS);
          return timeEvent(set, { ...at, type: 'providerJailed', until }, before);
        }
        case 'lookup':
          return timeLookup(network, before);
      }
    },
  };
}
