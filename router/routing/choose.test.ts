import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../core/units.ts';
import { choose } from './choose.ts';
import { INELIGIBLE_REASONS, type IneligibleReason, isLastResort } from './eligibility.ts';
import { freshHealth } from './health.ts';
import { DEFAULT_ROUTING } from './settings.ts';

const HEALTH = freshHealth(DEFAULT_ROUTING, ms(0));

interface Service {
  name: string;
  reason?: IneligibleReason;
  tried?: boolean;
  cost?: number;
  weight?: number;
}

/** Chance from a list, repeated. */
const sequence = (numbers: readonly number[]) => {
  let next = 0;
  return () => numbers[next++ % numbers.length] ?? 0;
};

const pick = (tiers: Service[][], random: () => number = Math.random) =>
  choose<Service>({
    tiers,
    isTried: (service) => service.tried === true,
    reasonOf: (service) => service.reason,
    costOf: (service) => service.cost ?? 1,
    weightOf: (service) => service.weight ?? 1,
    isLastResort: (reason) => isLastResort(reason, 'any', HEALTH),
    random,
  });

const service = fc.record({
  name: fc.string(),
  reason: fc.option(fc.constantFrom(...INELIGIBLE_REASONS), { nil: undefined }),
  tried: fc.boolean(),
  cost: fc.nat(100),
}) as fc.Arbitrary<Service>;
const randoms = fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 1 }).map(sequence);

describe('choose', () => {
  it('never takes one that was tried or is on a wrong chain, and an eligible one of the best tier if there is one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(service, { maxLength: 30 }), { maxLength: 3 }),
        randoms,
        (tiers, random) => {
          const choice = pick(tiers, random);
          const left = tiers.map((tier) =>
            tier.filter((each) => !each.tried && each.reason !== 'wrong-chain'),
          );
          const bestTier = left
            .map((tier) => tier.filter((each) => !each.reason))
            .find((tier) => tier.length > 0);
          if (bestTier) {
            expect(bestTier).toContain(choice?.service);
            expect(choice?.reason).toBeUndefined();
          } else if (left.flat().length > 0) {
            const ranks = left.flat().map((each) => INELIGIBLE_REASONS.indexOf(each.reason ?? 'unverified'));
            expect(choice?.reason).toBe(INELIGIBLE_REASONS[Math.min(...ranks)]);
            expect(choice?.service.reason).toBe(choice?.reason);
            expect(choice?.service.tried).toBe(false);
          } else {
            expect(choice).toBeUndefined();
          }
        },
      ),
    );
  });

  it('mostly takes the cheaper of the two drawn', () => {
    const tier = [
      { name: 'a', cost: 9 },
      { name: 'b', cost: 1 },
      { name: 'c', cost: 5 },
    ];
    expect(pick([tier], sequence([0, 0.9, 0.2]))?.service.name).toBe('c');
    expect(pick([tier], sequence([0, 0.4, 0.2]))?.service.name).toBe('b');
  });

  it.each([
    ['the same cost by weight', { cost: 5, weight: 3 }, { cost: 5, weight: 1 }, 0.75],
    ['an eighth of the calls to twice the cost', { cost: 10 }, { cost: 5 }, 1 / 9],
    ['next to nothing to ten times the cost', { cost: 50 }, { cost: 5 }, 0.001],
    ['nothing to no weight', { weight: 0 }, { weight: 1 }, 0],
  ])('gives %s', (_name, one, other, share) => {
    let state = 7;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const tier: Service[] = [
      { name: 'one', ...one },
      { name: 'other', ...other },
    ];
    let ones = 0;
    for (let call = 0; call < 20_000; call += 1) if (pick([tier], random)?.service.name === 'one') ones += 1;
    expect(ones / 20_000).toBeCloseTo(share, 1.7);
  });

  it('spreads equal services evenly', () => {
    const tier = Array.from({ length: 5 }, (_, index) => ({ name: String(index) }));
    const counts = new Map<string, number>();
    let state = 1;
    // A fixed generator (Park and Miller): the same outcome each run.
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    for (let call = 0; call < 5_000; call += 1) {
      const name = pick([tier], random)?.service.name ?? '';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(count).toBeGreaterThan(800);
    expect(counts.size).toBe(5);
  });

  it('compares also when most others are out: a slow one gets no calls for want of a rival', () => {
    let state = 3;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const tier: Service[] = Array.from({ length: 20 }, (_, index) => ({
      name: String(index),
      reason: 'silent',
    }));
    tier[4] = { name: 'fast' };
    tier[11] = { name: 'slow', cost: 30 };
    let slow = 0;
    for (let call = 0; call < 5_000; call += 1) if (pick([tier], random)?.service.name === 'slow') slow += 1;
    expect(slow).toBeLessThan(10);
  });

  it('finds the only eligible one among many', () => {
    const tier: Service[] = Array.from({ length: 1_000 }, (_, index) => ({
      name: String(index),
      reason: 'silent',
    }));
    tier[777] = { name: 'good' };
    expect(pick([tier])?.service.name).toBe('good');
  });

  it('looks at no more services when the set is larger', () => {
    for (const size of [10, 100_000]) {
      const tier: Service[] = Array.from({ length: size }, (_, index) => ({ name: String(index) }));
      let looks = 0;
      choose<Service>({
        tiers: [tier],
        isTried: () => false,
        reasonOf: () => {
          looks += 1;
          return undefined;
        },
        costOf: () => 1,
        weightOf: () => 1,
        isLastResort: () => true,
        random: Math.random,
      });
      expect(looks).toBeLessThanOrEqual(8);
    }
  });
});
