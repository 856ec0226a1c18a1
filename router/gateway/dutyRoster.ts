import { CAPABILITY_BITS } from '../core/capability.ts';
import type { Random } from '../core/clock.ts';
import type { Ms } from '../core/units.ts';

/** One that may be put on a roster. */
export interface RosterMember {
  readonly service: { readonly capabilities: number };
  /** Set by the roster. */
  isOnDuty: boolean;
  /** By the last that was heard of it; true before. */
  readonly isWell: boolean;
  readonly isGone: boolean;
}

/**
 * Who of a large network is on duty: polled often, and asked first. A sample that changes little by little, so that each
 * has its turn and nobody is asked so seldom that its connections and its head are never fresh when it is.
 */
export interface DutyRoster<Member> {
  /** These are all there are. */
  assign(all: readonly Member[]): RosterChange<Member>;
  /**
   * News of one: when it is ill it may be relieved, when it is well it may be who is still missing; and whoever has served
   * longest is relieved when it is time.
   */
  review(member: Member, now: Ms): RosterChange<Member>;
  size(): number;
}

export interface RosterChange<Member> {
  readonly entered: readonly Member[];
  readonly left: readonly Member[];
}

/** A network up to this size needs no roster: all are on duty. */
export const LARGEST_ROSTER = 64;
// One of 64 serves for five minutes.
const RENEW_INTERVAL_MS = 5_000;
// Where most are ill, those found are not all tried within a moment.
const RELIEVE_INTERVAL_MS = 50;
// Of those with a capability so many, if there are: calls that need it are for more than one or two.
const OF_EACH_CAPABILITY = 8;
const DRAWS = 16;

const NO_CHANGE = { entered: [], left: [] };

/** @param size what it should have by now, at most {@link LARGEST_ROSTER} */
export function createDutyRoster<Member extends RosterMember>(args: {
  readonly random: Random;
  readonly size: () => number;
}): DutyRoster<Member> {
  const { random, size } = args;
  /** Who has served longest comes first. */
  let members: readonly Member[] = [];
  let everybody: readonly Member[] = [];
  let byCapability: readonly { readonly bit: number; readonly able: readonly Member[] }[] = [];
  let renewedAt: Ms | undefined;
  let relievedAt = Number.NEGATIVE_INFINITY;

  function drawn(from: readonly Member[]): Member | undefined {
    const isFit = ({ isWell, isOnDuty }: Member) => isWell && !isOnDuty;
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const member = from[Math.floor(random() * from.length)];
      if (member && isFit(member)) return member;
    }
    return from.find(isFit);
  }

  function next(): Member | undefined {
    for (const { bit, able } of byCapability) {
      const count = members.reduce((sum, { service }) => sum + Number((service.capabilities & bit) !== 0), 0);
      const member = count < Math.min(OF_EACH_CAPABILITY, able.length) ? drawn(able) : undefined;
      if (member) return member;
    }
    return drawn(everybody);
  }

  function enter(member = next()): readonly Member[] {
    if (member === undefined) return [];
    member.isOnDuty = true;
    members = [...members, member];
    return [member];
  }

  function leave(member: Member) {
    member.isOnDuty = false;
    members = members.filter((other) => other !== member);
  }

  function relieve(member: Member): RosterChange<Member> {
    if (members.length < size()) return { entered: enter(), left: [] };
    if (members.length === size()) {
      const entered = enter();
      // Nobody else is any better.
      if (entered.length === 0) return NO_CHANGE;
      leave(member);
      return { entered, left: [member] };
    }
    leave(member);
    return { entered: [], left: [member] };
  }

  return {
    assign(all) {
      everybody = all;
      const isLarge = all.length > LARGEST_ROSTER;
      byCapability = Object.values(CAPABILITY_BITS).map((bit) => ({
        bit,
        able: isLarge ? all.filter(({ service }) => (service.capabilities & bit) !== 0) : [],
      }));
      const left = isLarge ? members.filter(({ isGone }) => isGone) : members;
      for (const member of left) leave(member);
      const entered: Member[] = [];
      while (isLarge && members.length < size()) {
        const more = enter();
        if (more.length === 0) break;
        entered.push(...more);
      }
      return { entered, left };
    },
    review(member, now) {
      const [longest] = members;
      if (!member.isOnDuty) {
        const isMissing = everybody.length > LARGEST_ROSTER && members.length < size();
        return isMissing && member.isWell ? { entered: enter(member), left: [] } : NO_CHANGE;
      }
      if (!member.isWell && now - relievedAt >= RELIEVE_INTERVAL_MS) {
        relievedAt = now;
        return relieve(member);
      }
      renewedAt ??= now;
      if (now - renewedAt < RENEW_INTERVAL_MS) return NO_CHANGE;
      renewedAt = now;
      return longest ? relieve(longest) : NO_CHANGE;
    },
    size: () => members.length,
  };
}
