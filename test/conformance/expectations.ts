import { expect } from 'vitest';
import { KNOWN_CAPABILITIES } from '../../router/core/capability.ts';
import {
  activeServices,
  isActive,
  type NetworkKey,
  type ProviderSet,
} from '../../router/registry/providerSet.ts';
import type { Cast } from '../fixtures/registryHistoryCast.ts';
import type { Journal } from './journal.ts';
import { truthOf } from './truth.ts';

// None, single ones, several, all, and one that nobody knows.
const MASKS = [0, 1, 2, 64, 3, 5, 42, KNOWN_CAPABILITIES, 128, 129];

/** What the contracts said at each set's own block, whether or not the chain still has it. */
export async function expectTruths(
  sets: readonly ProviderSet[],
  cast: Cast,
  journal: Journal,
): Promise<void> {
  for (const set of sets) {
    const { number, hash } = set.block;
    expect(journal.knows(hash), `the chain had the block ${number} ${hash}`).toBe(true);
    // A chain with networks and providers is not to be shown as one without.
    expect(Math.min(set.networks.size, set.providers.size), `size of the set at ${number}`).toBeGreaterThan(
      0,
    );
    expect(truthOf(set, cast), `the set at ${number} ${hash}`).toEqual(await journal.truthAt(hash));
  }
}

/** From one to the next, blocks are built on, or the chain has left them: only so do numbers go back. */
export function expectPlausibleOrder(sets: readonly ProviderSet[], journal: Journal): void {
  for (const [index, { block }] of sets.entries()) {
    const before = sets[index - 1]?.block;
    if (before === undefined || journal.hasLeft(before.hash)) continue;
    expect(journal.descends(block.hash, before.hash), `${block.number} comes after ${before.number}`).toBe(
      true,
    );
  }
}

/** Who is active with some capabilities, by the index and by looking at each. */
export function expectIndexIsScan(set: ProviderSet, cast: Cast): void {
  for (const { key } of cast.networks) {
    const active = scan(set, key);
    for (const mask of MASKS) {
      const able = active.filter(
        ({ capabilities }) => (mask & ~KNOWN_CAPABILITIES) === 0 && (capabilities & mask) === mask,
      );
      const found = [...activeServices(set, key, mask)];
      expect(found.map((service) => service.key).sort(), `with ${mask} at ${set.block.number}`).toEqual(
        able.map((service) => service.key).sort(),
      );
    }
  }
}

function scan(set: ProviderSet, network: NetworkKey) {
  return [...set.providers.values()].flatMap(({ id, services }) => {
    const service = services.get(network);
    return service !== undefined && isActive(set, id, network) ? [service] : [];
  });
}
