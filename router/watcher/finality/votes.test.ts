import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Address, Hex } from '../../registry/providerSet.ts';
import { agreedHash, agreedHeight, type HashVote, type HeightVote, stakeOf } from './votes.ts';

const operator = (index: number) => `0x${index.toString(16).padStart(40, '0')}` as Address;
const heights = (...named: (number | undefined)[]): HeightVote[] =>
  named.map((height, index) => ({ operator: operator(index), stake: 10n, height }));
const hashes = (...named: [stake: bigint, hash: string | undefined][]): HashVote[] =>
  named.map(([stake, hash], index) => ({ operator: operator(index), stake, hash: hash as Hex | undefined }));

test('the agreed height is the highest that two thirds of the stake have', () => {
  expect(agreedHeight(heights(100, 101, 102))).toBe(100);
  expect(agreedHeight(heights(100, 101, 102, 103))).toBe(101);
  // One invents a head, one stands still, one is silent.
  expect(agreedHeight(heights(9_999, 100, 100, 100, 3, undefined))).toBe(100);
  expect(agreedHeight(heights(100, 100))).toBeUndefined();
  expect(agreedHeight([])).toBeUndefined();
});

test('a hash is agreed by two thirds of the stake of all who were asked, and by three operators', () => {
  expect(agreedHash(hashes([1n, '0xa'], [1n, '0xa'], [1n, '0xa'], [1n, '0xb']))).toBe('0xa');
  // Silence counts against it.
  expect(agreedHash(hashes([1n, '0xa'], [1n, '0xa'], [1n, '0xa'], [2n, undefined]))).toBeUndefined();
  // One with all the stake is one operator.
  expect(agreedHash(hashes([98n, '0xa'], [1n, '0xa'], [1n, '0xb']))).toBeUndefined();
  // Many with little stake.
  expect(agreedHash(hashes([1n, '0xa'], [1n, '0xa'], [1n, '0xa'], [1n, '0xa'], [9n, '0xb']))).toBeUndefined();
  expect(agreedHash(hashes([0n, '0xa'], [0n, '0xa'], [0n, '0xa']))).toBeUndefined();
});

/** Most are honest. */
const seldom = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const stake = fc.bigInt({ min: 1n, max: 1_000n });

test('as long as liars have less than two thirds of the stake, no lie is agreed', () => {
  const vote = fc.record({ stake, lies: seldom(fc.constant(true)), silent: fc.boolean() });
  fc.assert(
    fc.property(fc.array(vote, { minLength: 1, maxLength: 12 }), fc.boolean(), (votes, alike) => {
      const whole = votes.reduce((sum, one) => sum + one.stake, 0n);
      const lying = votes.reduce((sum, one) => sum + (one.lies ? one.stake : 0n), 0n);
      fc.pre(lying * 3n < whole * 2n);
      const agreed = agreedHash(
        hashes(
          ...votes.map(({ stake: own, lies, silent }, index): [bigint, string | undefined] => {
            if (lies) return [own, alike ? '0xlie' : `0xlie${index}`];
            return [own, silent ? undefined : '0xtruth'];
          }),
        ),
      );
      expect([undefined, '0xtruth']).toContain(agreed);
    }),
  );
});

test('whatever liars with a third of the stake say, honest heads bound the height', () => {
  const vote = fc.record({
    stake,
    lie: seldom(fc.nat(10_000)),
    head: fc.integer({ min: 100, max: 110 }),
  });
  fc.assert(
    fc.property(fc.array(vote, { minLength: 1, maxLength: 12 }), (votes) => {
      const cast = votes.map(({ stake: own, lie, head }, index) => ({
        ...{ operator: operator(index), stake: own, height: lie ?? head },
      }));
      const liars = cast.filter((_, index) => votes[index]?.lie !== undefined);
      fc.pre(stakeOf(liars) * 3n < stakeOf(cast));
      const agreed = agreedHeight(cast);
      const honest = votes.filter(({ lie }) => lie === undefined).map(({ head }) => head);
      if (agreed !== undefined) expect(agreed).toBeLessThanOrEqual(Math.max(...honest));
      if (cast.length - liars.length >= 3 && agreed !== undefined)
        expect(agreed).toBeGreaterThanOrEqual(Math.min(...honest, ...cast.map(({ height }) => height)));
    }),
  );
});
