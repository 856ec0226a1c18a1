import { describe, expect, it } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { blockAt } from './events.arbitrary.ts';
import { createNetworkLookup, networkLookup } from './networkLookup.ts';
import { networksInOrder } from './networkOrder.ts';
import { handMadeSet } from './providerSet.fixture.ts';
import type { Network, NetworkKey } from './providerSet.ts';

const sla = { minAvailabilityBps: 0, maxP95LatencyMs: 0, maxP95BlockLag: 0, maxMismatches: 0, minSamples: 0 };

function network(caip2: string, slug: string, status: Network['status'] = 'live'): Network {
  return {
    key: `0x${caip2}` as NetworkKey,
    index: 0,
    caip2: caip2 as Caip2,
    slug,
    minStake: 0n,
    sla,
    status,
  };
}

const linea = network('eip155:59144', 'linea');
const solana = network('solana:5eykt4', 'solana');

describe('networkLookup()', () => {
  it('finds a network by slug, CAIP-2 id and chain id', () => {
    const find = createNetworkLookup([linea, solana]);
    expect(['linea', 'eip155:59144', '59144'].map(find)).toEqual([linea, linea, linea]);
    expect(['solana', 'solana:5eykt4'].map(find)).toEqual([solana, solana]);
  });

  it('knows no other name, nor those that every object has', () => {
    const find = createNetworkLookup([linea, solana]);
    for (const name of ['', 'Linea', '5eykt4', '059144', '0xe708', '__proto__', 'constructor', 'toString']) {
      expect(find(name)).toBeUndefined();
    }
  });

  it('lets no slug hide an id', () => {
    const impostor = network('eip155:666', '59144');
    expect(createNetworkLookup([impostor, linea])('59144')).toBe(linea);
  });

  it('prefers a live network to a retired one of the same slug, and the first among equals', () => {
    const retired = network('eip155:1', 'linea', 'retired');
    const later = network('eip155:2', 'linea');
    expect(createNetworkLookup([retired, linea, later])('linea')).toBe(linea);
    expect(createNetworkLookup([linea, retired])('linea')).toBe(linea);
  });

  it('is built once for each state of the networks', () => {
    const set = handMadeSet(blockAt(0), [linea]);
    expect(networkLookup({ ...set, block: blockAt(1) })).toBe(networkLookup(set));
    expect(networkLookup(handMadeSet(blockAt(0), []))('linea')).toBeUndefined();
  });

  it('goes by the order in which the registry opened the networks', () => {
    const alike = Array.from({ length: 40 }, (_, index) => network(`eip155:${index}`, 'same'));
    const set = handMadeSet(blockAt(0), alike.toReversed());
    expect(networksInOrder(set).map(({ caip2 }) => caip2)).toEqual(
      alike.toReversed().map(({ caip2 }) => caip2),
    );
    expect(networkLookup(set)('same')?.caip2).toBe('eip155:39');
    expect(networksInOrder({ ...set, block: blockAt(1) })).toBe(networksInOrder(set));
  });
});
