import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockAt, NETWORKS, opening, PROVIDERS } from '../registry/events.arbitrary.ts';
import type { RegistryEvent } from '../registry/events.ts';
import { emptySet, type NetworkKey } from '../registry/providerSet.ts';
import { applyBlock } from '../registry/reduce.ts';
import { highestServiceNumber, missingService } from './serviceNumbers.ts';

function added(serviceId: number): RegistryEvent {
  return {
    ...{ blockNumber: 1n, logIndex: serviceId, type: 'serviceAdded', serviceId },
    ...{ provider: '0xa1', network: '0xaa' as NetworkKey },
    ...{ url: 'https://node.example', capabilities: 1, minStake: 1n },
  };
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => added(index + 1));

describe('missingService()', () => {
  it('finds nothing in a whole history, wherever it is cut, returning services included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(), fc.array(fc.nat()), (last, cut, returning) => {
        const known = cut % (last + 1);
        const fresh = upTo(last).slice(known);
        const again = returning.map((number) => added(1 + (number % Math.max(known, 1)))).slice(0, known);
        expect(missingService(known, [...again, ...fresh])).toBeUndefined();
      }),
    );
  });

  it('names the first that was left out, unless it was the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), (last, chosen) => {
        const leftOut = 1 + (chosen % (last - 1));
        expect(missingService(0, upTo(last).toSpliced(leftOut - 1, 1))).toBe(leftOut);
        expect(missingService(0, upTo(last).slice(0, -1))).toBeUndefined();
      }),
    );
  });
});

describe('highestServiceNumber()', () => {
  it('is that of the service that was added last', () => {
    const nothing = emptySet(blockAt(0));
    expect(highestServiceNumber(nothing)).toBe(0);
    const [network] = NETWORKS;
    const services = PROVIDERS.slice(0, 3).map((provider, index) => ({
      ...added(index + 1),
      provider,
      network,
    }));
    const set = applyBlock(nothing, blockAt(1), [...opening, ...(services as RegistryEvent[])]);
    expect(highestServiceNumber(set)).toBe(3);
  });
});
