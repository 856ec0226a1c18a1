import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../core/units.ts';
import {
  answered,
  choose,
  type Fault,
  inGoodStanding,
  isDue,
  isLagging,
  left,
  named,
  provenLag,
  type Standing,
  UNKNOWN,
} from './endpointStanding.ts';

const FAULTS: readonly Fault[] = ['down', 'behind', 'wrongChain', 'missingLogs'];
const HALF_HOUR_MS = 1_800_000;
const NONE: ReadonlySet<number> = new Set();

type Step =
  | { readonly kind: 'wait'; readonly forMs: number }
  | { readonly kind: 'leave'; readonly at: number; readonly fault: Fault; readonly retryAfterMs: number }
  | { readonly kind: 'answer' | 'prove'; readonly at: number }
  | { readonly kind: 'name'; readonly at: number; readonly head: bigint };

const place = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), forMs: fc.integer({ min: 1, max: 100_000 }) }),
  fc.record({
    kind: fc.constant('leave' as const),
    at: place,
    fault: fc.constantFrom(...FAULTS),
    retryAfterMs: fc.constantFrom(0, 0, 7_000, 1e12),
  }),
  fc.record({ kind: fc.constantFrom('answer' as const, 'prove' as const), at: place }),
  fc.record({ kind: fc.constant('name' as const), at: place, head: fc.bigInt(0n, 40n) }),
);

/** Every standing that the steps lead to, with the time. */
function play(steps: readonly Step[], random: () => number) {
  let now = ms(0);
  let standings: readonly Standing[] = [UNKNOWN, UNKNOWN, UNKNOWN];
  return steps.map((step) => {
    if (step.kind === 'wait') {
      now = ms(now + step.forMs);
      return { standings, now };
    }
    const standing = standings[step.at] ?? UNKNOWN;
    const next = () => {
      switch (step.kind) {
        case 'leave':
          return left(standing, {
            ...{ fault: step.fault, detail: 'no', now, random },
            retryAfterMs: ms(step.retryAfterMs),
          });
        case 'answer':
          return answered(standing, now);
        case 'prove':
          return { ...answered(standing, now), provenHead: standing.head };
        case 'name':
          return named(standings, step.at, step.head, now);
      }
    };
    standings = standings.with(step.at, next());
    return { standings, now };
  });
}

describe('whatever happens to endpoints', () => {
  const histories = fc.tuple(
    fc.array(step, { maxLength: 40 }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  );

  it('one in good standing is asked before one that is left, in order', () => {
    fc.assert(
      fc.property(histories, fc.subarray([0, 1, 2]), ([steps, chance], triedBefore) => {
        const tried = new Set(triedBefore);
        for (const { standings, now } of play(steps, () => chance)) {
          const chosen = choose(standings, tried, now);
          const untried = [0, 1, 2].filter((index) => !tried.has(index));
          const at = (index: number) => standings[index] ?? UNKNOWN;
          const good = untried.filter((index) => inGoodStanding(at(index)));
          const best = good.filter((index) => at(index).state === 'ok' && !isLagging(at(index), now));
          if (best.length > 0) expect(chosen).toBe(best[0]);
          else if (good.length > 0) expect(chosen).toBe(good[0]);
          else if (chosen !== undefined) {
            expect(untried).toContain(chosen);
            expect(now).toBeGreaterThanOrEqual(at(chosen).lastResortAt);
          }
        }
      }),
    );
  });

  it('each is due again within half an hour, and not before it wished', () => {
    fc.assert(
      fc.property(histories, ([steps, chance]) => {
        for (const { standings, now } of play(steps, () => chance)) {
          for (const standing of standings.filter((each) => !inGoodStanding(each))) {
            expect(standing.lastResortAt).toBeLessThanOrEqual(standing.backAt);
            expect(isDue(standing, ms(now + HALF_HOUR_MS))).toBe(true);
            expect(standing.lastError).toBe('no');
          }
        }
      }),
    );
  });

  it('claims alone never make an endpoint old', () => {
    fc.assert(
      fc.property(histories, ([steps, chance]) => {
        const claims = steps.filter(({ kind }) => kind !== 'prove');
        for (const { standings, now } of play(claims, () => chance))
          for (const index of standings.keys()) expect(provenLag(standings, index, now)).toBeUndefined();
      }),
    );
  });
});

describe('left()', () => {
  const leave = (standing: Standing, now: number, fault: Fault = 'down') =>
    left(standing, { fault, detail: 'no', now: ms(now), random: () => 0 });

  it.each(FAULTS)('waits longer each time, up to a bound, for one that is %s', (fault) => {
    let standing = leave(UNKNOWN, 0, fault);
    const waits = [standing.backOffMs];
    for (let time = 0; time < 20; time++) {
      standing = leave(standing, standing.backAt, fault);
      waits.push(standing.backOffMs);
    }
    const growing = waits.findIndex((wait, index) => wait === waits[index + 1]);
    expect(growing).toBeGreaterThan(2);
    expect(waits.slice(0, growing + 1)).toEqual(
      [...new Set(waits.slice(0, growing + 1))].toSorted((a, b) => a - b),
    );
    expect(new Set(waits.slice(growing)).size).toBe(1);
  });

  it('forgets after it stood well for as long as it was left, not before', () => {
    const twice = leave(leave(UNKNOWN, 0), 1_000);
    const back = answered(twice, ms(10_000));
    expect(leave(back, 10_000 + twice.backOffMs - 1).strikes).toBe(3);
    expect(leave(back, 10_000 + twice.backOffMs).strikes).toBe(1);
  });

  it('waits as long as the endpoint wishes, as the last resort, too', () => {
    const wished = left(UNKNOWN, {
      ...{ fault: 'down', detail: 'no', now: ms(5), random: () => 0 },
      retryAfterMs: ms(60_000),
    });
    expect(wished.backAt).toBe(60_005);
    expect(choose([wished], NONE, ms(60_004))).toBeUndefined();
    expect(choose([wished], NONE, ms(60_005))).toBe(0);
  });

  it('tries the last resort soon, but not one that lied', () => {
    const often = [0, 1_000, 3_000, 7_000].reduce((standing, now) => leave(standing, now), UNKNOWN);
    expect(often.backAt).toBeGreaterThan(12_000);
    expect(choose([often], NONE, ms(8_000))).toBe(0);
    const lied = leave(UNKNOWN, 0, 'missingLogs');
    expect(choose([lied], NONE, ms(lied.backAt - 1))).toBeUndefined();
  });
});

describe('named()', () => {
  const ok = (head: bigint): Standing => ({ ...answered(UNKNOWN, ms(0)), head });

  it('calls lagging who is more than a few blocks behind for more than a moment', () => {
    const others = [ok(0n), ok(100n)];
    const lagging = named(others, 0, 96n, ms(1_000));
    expect(isLagging(lagging, ms(1_001))).toBe(false);
    const still = named(others.with(0, lagging), 0, 96n, ms(5_000));
    expect(isLagging(still, ms(5_000))).toBe(true);
    expect(choose(others.with(0, still), NONE, ms(5_000))).toBe(1);
    const caughtUp = named(others.with(0, still), 0, 97n, ms(5_001));
    expect(isLagging(caughtUp, ms(60_000))).toBe(false);
  });

  it('compares with nobody who is left', () => {
    const liar = left(ok(10n ** 9n), { fault: 'behind', detail: 'no', now: ms(0), random: () => 0 });
    expect(named([ok(0n), liar], 0, 5n, ms(0)).laggingSince).toBeUndefined();
  });
});
