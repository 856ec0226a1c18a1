import { type Ms, ms, seconds } from '../core/units.ts';
import { createHeadCounts } from './headCounts.ts';

/** A service's newest block number, and how far to believe it. */
export interface Head {
  readonly number: number;
  /** Others have had about this head, and it went on from there step by step; or it is an own upstream's. */
  readonly vouched: boolean;
  /** It has been seen to go on by a plausible step, and has not jumped since. */
  readonly moving: boolean;
  readonly trusted: boolean;
  readonly at: Ms;
  /** Of a service that is seldom asked: the agreed head at that time. It has gone on since. */
  readonly agreedThen?: number | undefined;
}

export interface HeadReading {
  readonly number: number;
  /** The service's head as it was returned last. */
  readonly previous: Head | undefined;
  /** Own upstreams need nobody to vouch for them. */
  readonly trusted: boolean;
  readonly now: Ms;
}

/**
 * The heads of one network's services, and what to make of them. What a report costs does not grow with the services.
 *
 * Four things are told apart by the chain's own pace, learnt from where most stand:
 * - a jump ahead of everybody: not believed, also when others jump with it, as long as somebody goes on step by step;
 * - a service that walks ahead faster than the chain: the agreed head stays where most are;
 * - a service that alone goes on at the chain's pace while the others are stuck: the agreed head goes with it;
 * - all jump, after a pause of ours or of the chain: believed.
 */
export interface HeadBook {
  /** Judges a service's report and counts it in place of its last one. */
  take(reading: HeadReading): Head;
  /** The service left, fell silent or is on another chain. */
  forget(head: Head): void;
  /** The block that the services agree on; undefined when there are none. */
  agreed(): number | undefined;
}

export interface HeadBookSettings {
  /** The agreed head leads where most stand by half of this: nobody lags for one that is ahead alone. Blocks. */
  readonly maxLagBlocks: number;
  /** A larger step between two reports is a jump. Blocks. */
  readonly maxHeadJump: number;
}

// Until the chain's own pace is known. Blocks per millisecond.
const FIRST_PACE = 1 / 1_000;
// The pace is measured over at least this time: within less it is the chance of when who was polled.
const PACE_SPAN_MS = seconds(10);
// A chain's pace varies; somebody who walks twice as fast for long is not following it.
const PACE_TOLERANCE = 2;
// So long most must be ahead by a jump, and the agreed head must stand still, until the many are believed.
const JUMP_BELIEVED_AFTER_MS = seconds(60);

/** @param settings as they are now: they may change */
export function createHeadBook(settings: () => HeadBookSettings): HeadBook {
  const vouched = createHeadCounts();
  const trusted = createHeadCounts();
  const alone = createHeadCounts();
  const aloneMoving = createHeadCounts();
  const counted = new Set<Head>();
  let pace = FIRST_PACE;
  let paceFrom: { readonly number: number; readonly at: Ms } | undefined;
  /** Where most stand, and since when. */
  let base: { readonly number: number; readonly at: Ms } | undefined;
  /** The last known base, also when nobody is left there. */
  let lastBase: typeof base;
  let agreed: number | undefined;
  let lastReportAt = ms(0);

  const listsOf = (head: Head) => {
    if (head.trusted) return [vouched, trusted];
    if (head.vouched) return [vouched];
    return head.moving ? [alone, aloneMoving] : [alone];
  };

  function drop(head: Head) {
    if (!counted.delete(head)) return false;
    for (const list of listsOf(head)) list.remove(head.number);
    return true;
  }

  function judge({ number, previous, trusted: isTrusted, now }: HeadReading): Head {
    const { maxHeadJump } = settings();
    // After a long silence a step may be long.
    const step = previous && maxHeadJump + PACE_TOLERANCE * pace * (now - previous.at);
    const stepped = previous !== undefined && step !== undefined && number <= previous.number + step;
    const moving = stepped && (previous.moving || number > previous.number);
    const isVouched = isTrusted || (stepped && previous.vouched) || hasCompany(number, previous, now);
    return { number, vouched: isVouched, moving, trusted: isTrusted, at: now, agreedThen: undefined };
  }

  /** Enough others stand about there. */
  function hasCompany(number: number, previous: Head | undefined, now: Ms): boolean {
    const { maxHeadJump } = settings();
    if (vouched.near(number, maxHeadJump) > 0) return true;
    const sinceBase = lastBase === undefined ? Number.POSITIVE_INFINITY : now - lastBase.at;
    const isFresh = sinceBase < JUMP_BELIEVED_AFTER_MS;
    if (isFresh && lastBase && Math.abs(number - lastBase.number) <= maxHeadJump) return true;
    const others = vouched.size() + alone.size();
    const near = alone.near(number, maxHeadJump);
    // Nobody is contradicted: a third of the others will do. Fewer may be in it together.
    const isFree = vouched.size() === 0 ? !isFresh : previous === undefined;
    if (isFree) return near >= Math.max(1, Math.floor(others / 3));
    return !isFresh && near + 1 > (others + 1) / 2;
  }

  function follow(now: Ms) {
    const most = vouched.ranked(Math.floor(vouched.size() / 2) + 1);
    const own = trusted.ranked(1);
    const number = most === undefined || own === undefined ? most : Math.max(most, own);
    if (number === undefined) {
      base = undefined;
      return;
    }
    if (number === base?.number) return;
    const before = base;
    base = { number, at: now };
    lastBase = base;
    if (before === undefined || paceFrom === undefined || number < paceFrom.number) {
      paceFrom = base;
    } else if (number > paceFrom.number && now - paceFrom.at >= PACE_SPAN_MS) {
      pace = (number - paceFrom.number) / (now - paceFrom.at);
      paceFrom = base;
    }
  }

  function agree(now: Ms): number | undefined {
    follow(now);
    if (base !== undefined) {
      const lead = settings().maxLagBlocks / 2 + PACE_TOLERANCE * pace * (now - base.at);
      return vouched.highestUpTo(Math.floor(base.number + lead));
    }
    // Nobody agrees with anybody. A head that goes on is more likely the chain's than one that stands still; of those
    // the middle one, the lower of two, does the least harm.
    const list = aloneMoving.size() > 0 ? aloneMoving : alone;
    return list.ranked(Math.floor(list.size() / 2) + 1);
  }

  return {
    take(reading) {
      if (reading.previous) drop(reading.previous);
      const head = judge(reading);
      for (const list of listsOf(head)) list.add(head.number);
      counted.add(head);
      lastReportAt = reading.now;
      agreed = agree(lastReportAt);
      return head;
    },
    forget(head) {
      if (drop(head)) agreed = agree(lastReportAt);
    },
    agreed: () => agreed,
  };
}

/** Where a service stands by now, for all that is known: one that was asked long ago has gone on with the others since. */
export function presentNumber({ number, agreedThen }: Head, agreed: number | undefined): number {
  return agreedThen === undefined || agreed === undefined
    ? number
    : number + Math.max(0, agreed - agreedThen);
}

/** Ahead of all that is believed, by more than a poll explains. */
export function isImplausible(head: Head, agreed: number | undefined, maxJump: number): boolean {
  return !head.trusted && agreed !== undefined && head.number > agreed + maxJump;
}
