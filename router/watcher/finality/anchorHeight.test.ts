import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anchorHeight } from './anchorHeight.ts';

test('the anchor is final, and deeper than a service may lag behind', () => {
  expect(anchorHeight(1_000, 936, { maxP95BlockLag: 10 }, () => 0)).toBe(936);
  // A chain that calls its head final.
  expect(anchorHeight(1_000, 1_000, { maxP95BlockLag: 10 }, () => 0)).toBe(980);
  expect(anchorHeight(1_000, 1_000, { maxP95BlockLag: 0 }, () => 0)).toBe(992);
});

test('there is none while the chain is too short, and never the first block', () => {
  const lag = fc.nat(200);
  const random = fc.double({ min: 0, max: 0.999 });
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(1_200), lag, random, (head, final, maxP95BlockLag, chance) => {
      const height = anchorHeight(head, final, { maxP95BlockLag }, () => chance);
      if (height === undefined) return;
      expect(height).toBeGreaterThan(0);
      expect(height).toBeLessThanOrEqual(final);
      expect(head - height).toBeGreaterThanOrEqual(2 * maxP95BlockLag);
    }),
  );
  expect(anchorHeight(8, 8, { maxP95BlockLag: 0 }, () => 0)).toBeUndefined();
});
