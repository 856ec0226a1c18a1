import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KNOWN_CAPABILITIES } from '../core/capability.ts';
import { arbitraryEvent, blockAt, NETWORKS, opening, PROVIDERS } from './events.arbitrary.ts';
import type { RegistryEvent } from './events.ts';
import { createNaiveFold, plainSet } from './naiveFold.fixture.ts';
import { activeServices, emptySet, isActive } from './providerSet.ts';
import { advance, applyBlock, reduce } from './reduce.ts';
import { setDifference } from './setDifference.ts';

const start = applyBlock(emptySet(blockAt(0)), blockAt(0), opening);

/** Events in blocks; the numbers are the blocks that pass without one of ours before. */
const history = fc.array(
  fc.record({ gap: fc.integer({ min: 0, max: 4 }), events: fc.array(arbitraryEvent, { maxLength: 6 }) }),
  { maxLength: 12 },
);
const fewEvents = fc.array(arbitraryEvent, { maxLength: 3 });
const manyEvents = fc.array(arbitraryEvent, { maxLength: 40, size: 'max' });

/** Each set of a history with the events that made it. */
function* setsOf(blocks: readonly { gap: number; events: readonly RegistryEvent[] }[]) {
  let set = start;
  let number = 0;
  for (const { gap, events } of blocks) {
    number += gap + 1;
    set = applyBlock(set, blockAt(number), events);
    yield { set, events, number };
  }
}

describe('the fold, whatever the events', () => {
  it('is what a scan of plain maps gives, after every block', () => {
    fc.assert(
      fc.property(history, (blocks) => {
        const naive = createNaiveFold();
        for (const event of opening) naive.apply(event);
        for (const { set, events, number } of setsOf(blocks)) {
          for (const event of events) naive.apply(event);
          const expected = naive.at(blockAt(number).timestamp);
          expect(plainSet(set)).toEqual(expected);
          expect(set.block).toEqual(blockAt(number));
          for (const network of NETWORKS) {
            const active = PROVIDERS.filter((provider) => isActive(set, provider, network));
            const listed = expected.active[network]?.map(({ provider }) => provider) ?? [];
            expect(active).toEqual(listed.toSorted());
          }
        }
      }),
    );
  });

  it('knows who has some capabilities as a scan does', () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat(KNOWN_CAPABILITIES), { maxLength: 8 }), (blocks, asked) => {
        for (const { set } of setsOf(blocks)) {
          for (const network of NETWORKS) {
            const all = [...activeServices(set, network)];
            for (const bits of [0, KNOWN_CAPABILITIES, ...asked]) {
              const able = activeServices(set, network, bits);
              const scanned = all.filter(({ capabilities }) => (capabilities & bits) === bits);
              expect([...able]).toEqual(scanned);
              expect(able.size).toBe(scanned.length);
              expect(scanned.map((_, index) => able.at(index))).toEqual(scanned);
              expect(able.at(able.size)).toBeUndefined();
            }
          }
        }
      }),
    );
  });

  it('gives the same set event by event, block by block and as one range', () => {
    fc.assert(
      fc.property(history, (blocks) => {
        let byEvent = start;
        let byBlock = start;
        let number = 0;
        for (const { gap, events } of blocks) {
          for (let empty = 0; empty < gap; empty++) byEvent = advance(byEvent, blockAt(++number));
          byEvent = events.reduce(reduce, advance(byEvent, blockAt(++number)));
          byBlock = applyBlock(byBlock, blockAt(number), events);
        }
        const atOnce = applyBlock(
          start,
          blockAt(number),
          blocks.flatMap(({ events }) => events),
        );
        expect(plainSet(byBlock)).toEqual(plainSet(byEvent));
        expect(plainSet(atOnce)).toEqual(plainSet(byEvent));
        // Those who compare sets need not know their inside.
        expect(atOnce).toEqual(byEvent);
        expect([...atOnce.providers.keys()]).toEqual([...byEvent.providers.keys()]);
      }),
    );
  });

  it('leaves every earlier set as it was', () => {
    fc.assert(
      fc.property(history, (blocks) => {
        const sets = Array.from(setsOf(blocks), ({ set }) => ({ set, before: plainSet(set) }));
        for (const { set, before } of sets) expect(plainSet(set)).toEqual(before);
      }),
    );
  });

  it('agrees with the definition even if time went back', () => {
    fc.assert(
      fc.property(manyEvents, (events) => {
        const naive = createNaiveFold();
        for (const event of [...opening, ...events]) naive.apply(event);
        const late = applyBlock(start, blockAt(15), events);
        const early = advance(late, blockAt(3));
        expect(plainSet(early)).toEqual(naive.at(blockAt(3).timestamp));
        expect(advance(early, blockAt(15))).toEqual(late);
      }),
    );
  });

  it('shares what did not change, and tells what did', () => {
    fc.assert(
      fc.property(manyEvents, fewEvents, (first, second) => {
        const before = applyBlock(start, blockAt(1), first);
        const after = applyBlock(before, blockAt(8), second);
        const difference = setDifference(before, after);
        for (const [id, provider] of after.providers) {
          expect(difference.providers.has(id)).toBe(before.providers.get(id) !== provider);
        }
        for (const [key, network] of after.networks) {
          expect(difference.networks.has(key)).toBe(before.networks.get(key) !== network);
        }
        for (const key of NETWORKS) {
          const [was, is] = [activeServices(before, key), activeServices(after, key)];
          if (sameServices(was, is)) expect(is).toBe(was);
        }
      }),
    );
  });
});

/** The very same services. */
function sameServices(a: Iterable<object>, b: Iterable<object>): boolean {
  const [left, right] = [[...a], [...b]];
  return left.length === right.length && left.every((service, index) => service === right[index]);
}
