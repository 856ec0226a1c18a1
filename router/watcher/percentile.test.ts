import fc from 'fast-check';
import { expect, test } from 'vitest';
import { p95 } from './percentile.ts';

test('the 95th percentile of 1 … 100 is 95, of nothing 0, of one value that value', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(p95(hundred)).toBe(95);
  expect(p95([])).toBe(0);
  expect(p95([7])).toBe(7);
});

test('one outlier among few values does not set the percentile', () => {
  expect(p95([10, 9_999, 11])).toBe(11);
});

test('the percentile is one of the values, and at least nine tenths of 20 or more values do not exceed it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 400 }), (values) => {
      const result = p95(values);
      expect(values).toContain(result);
      const above = values.filter((value) => value > result).length;
      expect(above).toBeLessThanOrEqual(Math.floor(values.length * 0.05) + 1);
      expect(p95(values.map((value) => value + 1))).toBe(result + 1);
    }),
  );
});
