import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capabilityBits } from '../core/capability.ts';
import { ms } from '../core/units.ts';
import { createDutyRoster, LARGEST_ROSTER, type RosterMember } from './dutyRoster.ts';

type Member = { -readonly [Key in keyof RosterMember]: RosterMember[Key] };

const member = (capabilities = capabilityBits(['full'])): Member => ({
  service: { capabilities },
  ...{ isOnDuty: false, isWell: true, isGone: false },
});

/** In [0, 1), the same for the same seed. */
function randomOf(seed: number) {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('join'), at: fc.nat(200) }),
  fc.record({ kind: fc.constant('leave'), at: fc.nat(200) }),
  fc.record({ kind: fc.constant('ill'), at: fc.nat(200) }),
  fc.record({ kind: fc.constant('well'), at: fc.nat(200) }),
  fc.record({ kind: fc.constant('resize'), at: fc.integer({ min: 16, max: LARGEST_ROSTER }) }),
);

describe('dutyRoster', () => {
  test('whatever comes, who is told to be on duty is, and they are never too many', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat(), (steps, seed) => {
        let size = LARGEST_ROSTER;
        const roster = createDutyRoster<Member>({ random: randomOf(seed), size: () => size });
        let all = Array.from({ length: 80 }, () => member());
        const told = new Set<Member>();
        const hear = ({ entered, left }: ReturnType<typeof roster.review>) => {
          for (const each of left) told.delete(each);
          for (const each of entered) told.add(each);
        };
        hear(roster.assign(all));
        let now = 0;
        for (const { kind, at } of steps) {
          now += 1_000;
          if (kind === 'resize') size = at;
          if (kind === 'join') all = [...all, member()];
          const one = all[at % all.length];
          if (one === undefined) continue;
          if (kind === 'leave') {
            one.isGone = true;
            all = all.filter((other) => other !== one);
          }
          if (kind === 'join' || kind === 'leave') hear(roster.assign(all));
          else {
            one.isWell = kind !== 'ill';
            hear(roster.review(one, ms(now)));
          }
          const onDuty = all.filter(({ isOnDuty }) => isOnDuty);
          expect(new Set(onDuty).symmetricDifference(told).size).toBe(0);
          expect(told.size).toBe(roster.size());
          expect(told.size).toBeLessThanOrEqual(LARGEST_ROSTER);
          if (all.length <= LARGEST_ROSTER) expect(told.size).toBe(0);
        }
      }),
    );
  });

  test('each of a large network has its turn', () => {
    const all = Array.from({ length: 150 }, () => member());
    const roster = createDutyRoster<Member>({ random: randomOf(1), size: () => LARGEST_ROSTER });
    const served = new Set(roster.assign(all).entered);
    for (let now = 0; now < 5_000_000; now += 5_000) {
      const reporting = all.find(({ isOnDuty }) => isOnDuty);
      if (reporting) for (const entered of roster.review(reporting, ms(now)).entered) served.add(entered);
    }
    expect(served.size).toBe(150);
  });

  test('of a capability that few have some are on duty, and of one that nobody on the list has none', () => {
    const archive = capabilityBits(['full', 'archive']);
    const all = Array.from({ length: 5_000 }, (_, i) => member(i < 20 ? archive : undefined));
    const roster = createDutyRoster<Member>({ random: randomOf(2), size: () => LARGEST_ROSTER });
    const onDuty = roster.assign(all).entered;
    expect(onDuty).toHaveLength(LARGEST_ROSTER);
    const archives = onDuty.filter(({ service }) => service.capabilities === archive);
    expect(archives.length).toBeGreaterThanOrEqual(8);
    expect(archives.length).toBeLessThan(16);
  });

  test('who is ill is relieved, one after the other; when all are, those on duty stay', () => {
    const all = Array.from({ length: 100 }, () => member());
    const roster = createDutyRoster<Member>({ random: randomOf(3), size: () => LARGEST_ROSTER });
    const [one, other] = roster.assign(all).entered;
    if (!one || !other) throw new Error('nobody entered');
    one.isWell = false;
    other.isWell = false;
    expect(roster.review(one, ms(1_000))).toMatchObject({ left: [one], entered: [{ isWell: true }] });
    expect(roster.review(other, ms(1_001)).left).toEqual([]);
    expect(roster.review(other, ms(1_100)).left).toEqual([other]);
    for (const each of all) each.isWell = false;
    const third = all.find(({ isOnDuty }) => isOnDuty);
    if (!third) throw new Error('nobody is on duty');
    expect(roster.review(third, ms(2_000))).toEqual({ entered: [], left: [] });
    expect(roster.size()).toBe(LARGEST_ROSTER);
  });

  test('one that is well again takes a place that nobody could be found for', () => {
    const all = Array.from({ length: 100 }, () => ({ ...member(), isWell: false }));
    const roster = createDutyRoster<Member>({ random: randomOf(4), size: () => LARGEST_ROSTER });
    expect(roster.assign(all).entered).toEqual([]);
    const [one, other] = all;
    if (!one || !other) throw new Error('there are a hundred');
    one.isWell = true;
    expect(roster.review(one, ms(0)).entered).toEqual([one]);
    expect(roster.review(other, ms(0)).entered).toEqual([]);
  });
});
