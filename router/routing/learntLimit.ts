import { type Ms, ms } from '../core/units.ts';

/** How large a question a service answers, learnt from what it answered and refused. Immutable. */
export interface LearntLimit {
  /** Largest size that it answered, or named as its limit; 0 when nothing is known. */
  readonly most: number;
  /** Smallest size that it refused; infinite when it refused none. */
  readonly refused: number;
  /** Until then the refusal is believed. */
  readonly until: Ms;
}

/** What a service was learnt not to be able to do is tried again after this: nodes are resynced and plans upgraded. */
export const RETEST_MS = 600_000;

export const NO_LIMIT: LearntLimit = {
  most: 0,
  refused: Number.POSITIVE_INFINITY,
  until: ms(Number.NEGATIVE_INFINITY),
};

export function sizeAnswered(limit: LearntLimit, size: number): LearntLimit {
  if (size <= limit.most) return limit;
  // Whatever it refused before, it answers now.
  return size >= limit.refused ? { ...NO_LIMIT, most: size } : { ...limit, most: size };
}

/** @param told the limit that the refusal names, if it does */
export function sizeRefused(
  limit: LearntLimit,
  size: number,
  now: Ms,
  told: number | undefined = undefined,
): LearntLimit {
  const until = ms(now + RETEST_MS);
  if (told !== undefined && told >= 1 && told < size) return { most: told, refused: told + 1, until };
  // That it refuses far more, too, must not put off the time when the less is tried again.
  if (refuses(limit, size, now)) return size < 2 * limit.refused ? { ...limit, until } : limit;
  // What it answered of late counts for nothing once it refuses as much.
  return { most: size > limit.most ? limit.most : 0, refused: size, until };
}

export function refuses(limit: LearntLimit, size: number, now: Ms): boolean {
  return size >= limit.refused && now < limit.until;
}

/**
 * The largest size that the service is believed to answer; undefined while no limit is known. Between what it answered
 * and what it refused it is half of the latter: guesses come closer as fast as halving can.
 */
export function believedLimit(limit: LearntLimit, now: Ms): number | undefined {
  if (!refuses(limit, limit.refused, now) || limit.refused === Number.POSITIVE_INFINITY) return undefined;
  return Math.max(limit.most, Math.floor(limit.refused / 2), 1);
}
