import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockAt } from '../registry/events.arbitrary.ts';
import type { RegistryEvent } from '../registry/events.ts';
import { type Address, emptySet, type NetworkKey, type ProviderSet } from '../registry/providerSet.ts';
import { applyBlock } from '../registry/reduce.ts';
import { createServiceNumbers } from './serviceNumbers.ts';

const network = `0x${'1'.padStart(64, '0')}` as NetworkKey;
const at = { blockNumber: 1n, logIndex: 0 };
const sla = {
  ...{ minAvailabilityBps: 9000, maxP95LatencyMs: 2000, maxP95BlockLag: 10 },
  ...{ maxMismatches: 0, minSamples: 3 },
};

function added(serviceId: number): RegistryEvent {
  const provider = `0x${serviceId.toString(16).padStart(40, '0')}` as Address;
  return {
    ...{ ...at, type: 'serviceAdded', serviceId, provider, network },
    ...{ url: 'https://node.example', capabilities: 1, minStake: 1n },
  };
}

const opened = applyBlock(emptySet(blockAt(0)), blockAt(0), [
  { ...at, type: 'networkAdded', network, caip2: 'eip155:1' as never, slug: 'one', minStake: 1n, sla },
]);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => added(index + 1));

/** The sets after each of the pieces. */
function sets(pieces: readonly (readonly RegistryEvent[])[]): ProviderSet[] {
  let set = opened;
  const made = pieces.map((events, index) => {
    set = applyBlock(set, blockAt(index + 1), events);
    return set;
  });
  return [opened, ...made];
}

function missing(steps: readonly ProviderSet[]): (number | undefined)[] {
  const numbers = createServiceNumbers();
  return steps.slice(1).map((after, index) => numbers.missing(steps[index] ?? opened, after));
}

describe('missing()', () => {
  it('finds nothing in a whole history, wherever it is cut, removed services included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(19), { maxLength: 4 }), (last, cuts) => {
        const all = upTo(last).flatMap((event): RegistryEvent[] =>
          event.type === 'serviceAdded' && event.serviceId % 3 === 0
            ? [event, { ...at, type: 'serviceRemoved', provider: event.provider, network }]
            : [event],
        );
        const places = [0, ...cuts.toSorted((a, b) => a - b), all.length];
        const pieces = places.slice(1).map((end, index) => all.slice(places[index], end));
        expect(missing(sets(pieces)).every((found) => found === undefined)).toBe(true);
      }),
    );
  });

  it('names the first that was left out as soon as a later one comes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), fc.nat(), fc.nat(20), (last, chosen, cut) => {
        const leftOut = 1 + (chosen % (last - 1));
        const told = upTo(last).toSpliced(leftOut - 1, 1);
        const found = missing(sets([told.slice(0, cut), told.slice(cut)]));
        expect(found.find((number) => number !== undefined)).toBe(leftOut);
      }),
    );
  });

  it('counts anew after a roll-back', () => {
    const numbers = createServiceNumbers();
    const [start, one, two] = sets([[added(1)], [added(2)]]) as [ProviderSet, ProviderSet, ProviderSet];
    expect(numbers.missing(start, one)).toBeUndefined();
    expect(numbers.missing(one, two)).toBeUndefined();
    const other = applyBlock(one, blockAt(2, 1), [added(2), added(3)]);
    expect(numbers.missing(one, other)).toBeUndefined();
    expect(numbers.missing(one, applyBlock(one, blockAt(2, 2), [added(3)]))).toBe(2);
  });
});
