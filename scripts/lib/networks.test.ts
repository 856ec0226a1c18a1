import { describe, expect, test } from 'vitest';
import { findNetwork, type Network, requireLive } from './networks.ts';

const sla = { minAvailabilityBps: 0, maxP95LatencyMs: 1, maxP95BlockLag: 1, maxMismatches: 0, minSamples: 1 };
const linea: Network = {
  key: '0x01',
  caip2: 'eip155:59144',
  slug: 'linea',
  status: 'live',
  minStake: 1n,
  sla,
};
const solana: Network = {
  ...linea,
  key: '0x02',
  caip2: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp',
  slug: 'solana',
  status: 'retired',
};
const networks = [linea, solana];

describe('a network', () => {
  test.each(['linea', 'eip155:59144', '59144'])('is found as %s', (name) => {
    expect(findNetwork(networks, name)).toBe(linea);
  });

  test('of another namespace is found by slug and CAIP-2 id', () => {
    expect(findNetwork(networks, 'solana')).toBe(solana);
    expect(findNetwork(networks, solana.caip2)).toBe(solana);
  });

  test.each(['', '1', 'eip155:1', 'Linea', 'constructor'])('that is unknown (%j) is refused', (name) => {
    expect(() => findNetwork(networks, name)).toThrow(expect.objectContaining({ code: 'UNKNOWN_NETWORK' }));
  });

  test('that is unknown is refused with the known ones', () => {
    expect(() => findNetwork(networks, 'base')).toThrow(/linea \(eip155:59144\), solana/);
  });

  test('that is retired takes nothing new', () => {
    requireLive(linea);
    expect(() => requireLive(solana)).toThrow(expect.objectContaining({ code: 'NETWORK_NOT_LIVE' }));
  });
});
