import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../core/units.ts';
import { choose } from './choose.ts';
import { INELIGIBLE_REASONS, type IneligibleReason, isLastResort } from './eligibility.ts';
import { explainRanking } from './explainRanking.ts';
import { firstShares } from './explainShares.ts';
import { freshHealth } from './health.ts';
import { DEFAULT_ROUTING } from './settings.ts';

const HEALTH = freshHealth(DEFAULT_ROUTING, ms(0));

interface Service {
  name: string;
  reason?: IneligibleReason | undefined;
  cost: number;
  weight: number;
}

const rules = (tiers: readonly (readonly Service[])[]) => ({
  tiers,
  reasonOf: (service: Service) => service.reason,
  costOf: (service: Service) => service.cost,
  weightOf: (service: Service) => service.weight,
  isLastResort: (reason: IneligibleReason) => isLastResort(reason, 'any', HEALTH),
});

const named = (name: string, more: Partial<Service> = {}): Service => ({ name, cost: 1, weight: 1, ...more });

/** Fixed (mulberry32): the same outcome each run. */
function generator(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

const service = fc.record({
  reason: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constantFrom(...INELIGIBLE_REASONS) },
  ),
  cost: fc.integer({ min: 1, max: 50 }),
  weight: fc.integer({ min: 1, max: 10 }),
});
const tier = fc.oneof(
  { weight: 3, arbitrary: fc.array(service, { maxLength: 12 }) },
  // Too large to be scanned for want of a second one, and most of it out.
  {
    weight: 1,
    arbitrary: fc
      .array(service, { minLength: 10, maxLength: 20 })
      .map((some) => [
        ...some,
        ...Array.from({ length: 100 }, () => ({ reason: 'silent' as const, cost: 1, weight: 1 })),
      ]),
  },
);
const tiers = fc
  .array(tier, { minLength: 1, maxLength: 3 })
  .map((all) => all.map((tier, i) => tier.map((each, j): Service => ({ ...each, name: `${i}/${j}` }))));

const shares = (ranking: ReturnType<typeof explainRanking<Service>>) =>
  Object.fromEntries(ranking.map((rank) => [rank.service.name, rank.share]));
const names = (all: readonly (readonly Service[])[]) =>
  explainRanking(rules(all)).map((rank) => rank.service.name);

describe('explainRanking', () => {
  it('gives each service the share of the calls that choose gives it', () => {
    const CALLS = 20_000;
    fc.assert(
      fc.property(tiers, fc.integer(), (all, seed) => {
        const random = generator(seed);
        const counts = new Map<string, number>();
        for (let call = 0; call < CALLS; call += 1) {
          const name = choose({ ...rules(all), isTried: () => false, random })?.service.name;
          if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
        }
        // Six times the deviation that chance explains.
        for (const { service: of, share } of explainRanking(rules(all)))
          expect(Math.abs((counts.get(of.name) ?? 0) / CALLS - share)).toBeLessThan(0.022);
      }),
      { numRuns: 40 },
    );
  });

  it('names each service once, and its shares add up to all calls, or to none when nobody may ever be asked', () => {
    fc.assert(
      fc.property(tiers, (all) => {
        const ranking = explainRanking(rules(all));
        expect(ranking.map((rank) => rank.service.name).sort()).toEqual(
          all
            .flat()
            .map(({ name }) => name)
            .sort(),
        );
        const sum = ranking.reduce((total, { share }) => total + share, 0);
        const isSomebodyAsked = ranking.some(({ turn }) => turn !== 'never');
        expect(sum).toBeCloseTo(isSomebodyAsked ? 1 : 0, 9);
      }),
    );
  });

  it('follows choose from service to service when each one fails and chance decides nothing', () => {
    fc.assert(
      fc.property(tiers, (all) => {
        // With one eligible service a tier at most, the order is fixed.
        const sparse = all.map((tier) =>
          tier.map((each, i): Service => (i === 0 ? each : { ...each, reason: each.reason ?? 'silent' })),
        );
        const asked: string[] = [];
        for (;;) {
          const choice = choose({
            ...rules(sparse),
            isTried: ({ name }) => asked.includes(name),
            random: () => 0,
          });
          if (!choice) break;
          asked.push(choice.service.name);
        }
        const ranking = explainRanking(rules(sparse)).filter(({ turn }) => turn !== 'never');
        expect(ranking.map((rank) => rank.service.name)).toEqual(asked);
      }),
    );
  });

  it('puts own before others, the larger share before the smaller, the least bad after all eligible ones', () => {
    const own = [named('slow', { cost: 9 }), named('fast', { cost: 2 })];
    const network = [
      named('wrong', { reason: 'wrong-chain' }),
      named('lagging', { reason: 'lagging' }),
      named('held', { reason: 'held-off', cost: 7 }),
      named('held and cheap', { reason: 'held-off' }),
      named('idle'),
    ];
    expect(names([own, network])).toEqual([
      'fast',
      'slow',
      'idle',
      'held and cheap',
      'held',
      'lagging',
      'wrong',
    ]);
    const ranking = explainRanking(rules([own, network]));
    expect(shares(ranking)).toMatchObject({ idle: 0, held: 0 });
    expect(ranking.find((rank) => rank.service.name === 'idle')?.tierShare).toBe(1);
  });

  it('gives all calls to the least bad one when nobody is eligible, and none to one on a wrong chain', () => {
    const tier = [named('wrong', { reason: 'wrong-chain' }), named('lags', { reason: 'lagging' })];
    expect(shares(explainRanking(rules([[], tier])))).toEqual({ wrong: 0, lags: 1 });
    expect(explainRanking(rules([tier.slice(0, 1)]))).toMatchObject([{ turn: 'never', share: 0 }]);
  });
});

describe('firstShares', () => {
  const standing = (cost: number, weight = 1, isEligible = true) => ({ cost, weight, isEligible });

  it.each([
    ['two at the same cost by weight', [standing(5, 3), standing(5, 1)], [0.75, 0.25]],
    ['one alone all', [standing(5, 1, false), standing(9, 0.1)], [0, 1]],
    ['nobody nothing', [standing(1, 1, false)], [0]],
    ['equal ones the same', Array.from({ length: 4 }, () => standing(3)), [0.25, 0.25, 0.25, 0.25]],
    ['nothing to no weight', [standing(1, 0), standing(1, 1)], [0, 1]],
  ])('gives %s', (_name, tier, expected) => {
    firstShares(tier).forEach((share, i) => {
      // The draws may hit one of two alone, once in many.
      expect(share).toBeCloseTo(expected[i] ?? -1, 5);
    });
  });

  it('finds the gap before one that is seldom hit by a draw', () => {
    // Who stands behind the gap is found by most scans, and by no more draws than the other.
    const tier = Array.from({ length: 2_000 }, (_, i) => standing(1, 1, i === 1_500 || i === 1_501));
    const [behind = 0, next = 0] = [firstShares(tier)[1_500], firstShares(tier)[1_501]];
    expect(behind).toBeCloseTo(0.5, 2);
    expect(behind + next).toBeCloseTo(1, 9);
  });

  it('stays close to the truth in a set too large to compare all with all', () => {
    const random = generator(7);
    const distinct = Array.from({ length: 200 }, () => standing(1 + random() * 20, 1 + random() * 3));
    // Each strength thirty times: the exact shares are those of the 200 among themselves, near enough.
    const large = Array.from({ length: 6_000 }, (_, i) => distinct[i % 200] ?? standing(1));
    const few = firstShares(distinct);
    const many = firstShares(large);
    expect(many.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    for (let i = 0; i < 200; i += 1) expect((many[i] ?? 0) * 30).toBeCloseTo(few[i] ?? -1, 3);
  });
});
