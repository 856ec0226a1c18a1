import { expect, test } from 'vitest';
import { PRICES_OF_2025, priceOf } from './prices.ts';

test('gas costs what the rollup asks for it', () => {
  const prices = { ...PRICES_OF_2025, gasGwei: 0.5, coinUsd: 2_000 };
  expect(priceOf({ gas: 1_000_000, fastLzBytes: 0 }, prices).gas).toBeCloseTo(1, 9);
});

test('data costs what Fjord asks for it, a hundred bytes at least', () => {
  const prices = {
    ...{ gasGwei: 0, l1BaseFeeGwei: 10, blobBaseFeeGwei: 2 },
    ...{ baseFeeScalar: 1_000_000, blobBaseFeeScalar: 500_000, coinUsd: 1e9 },
  };
  // 161 gwei a byte; a coin of 10^9 gwei costs as many dollars.
  expect(priceOf({ gas: 0, fastLzBytes: 1_000 }, prices).data).toBeCloseTo((836.5 - 42.5856) * 161, 6);
  expect(priceOf({ gas: 0, fastLzBytes: 10 }, prices).data).toBeCloseTo(100 * 161, 6);
});
