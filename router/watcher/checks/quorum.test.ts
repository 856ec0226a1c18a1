import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Address } from '../../registry/providerSet.ts';
import { quorumValue, type Vote } from './quorum.ts';

const votes = (...said: [value: string | undefined, stake?: bigint][]): Vote[] =>
  said.map(([value, stake = 1n], index) => ({ operator: `0x${index}` as Address, stake, value }));

test('a quorum is two thirds of those who were asked, by number and by stake, and of four at least', () => {
  expect(quorumValue(votes(['a'], ['a'], ['a'], ['b']))).toBe('a');
  expect(quorumValue(votes(['a'], ['a'], ['a']))).toBeUndefined();
  expect(quorumValue(votes(['a'], ['a'], ['a'], [undefined], [undefined]))).toBeUndefined();
  expect(quorumValue(votes(['a'], ['a'], ['a'], ['b', 2n]))).toBeUndefined();
  expect(quorumValue(votes(['a', 9n], ['a'], ['b'], ['b']))).toBeUndefined();
  expect(quorumValue(votes([undefined], [undefined], [undefined], ['b']))).toBeUndefined();
});

test('liars that are at most half of the operators never are the quorum, however they stand together', () => {
  const vote = fc.record({
    lies: fc.boolean(),
    stake: fc.bigInt({ min: 1n, max: 1_000n }),
    silent: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(vote, { maxLength: 12 }), (all) => {
      fc.pre(all.filter(({ lies }) => lies).length * 2 <= all.length);
      const cast = all.map(({ lies, stake, silent }): [string | undefined, bigint] => [
        lies ? 'lie' : silent ? undefined : 'truth',
        stake,
      ]);
      expect([undefined, 'truth']).toContain(quorumValue(votes(...cast)));
    }),
  );
});
