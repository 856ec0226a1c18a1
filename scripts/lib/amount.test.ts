import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amountText, formatAmount, parseAmount } from './amount.ts';

const usdc = { symbol: 'USDC', decimals: 6 };

describe('parseAmount', () => {
  test.each([
    ['5000', 5_000_000_000n],
    ['0.5', 500_000n],
    ['1500.25', 1_500_250_000n],
    ['1.0000000', 1_000_000n],
  ])('reads %s whole tokens', (text, amount) => {
    expect(parseAmount(text, usdc)).toBe(amount);
  });

  test.each(['', '0', '0.0', '-1', '+1', '1e3', '0x10', '1,000', '1.', '.5', '1 000', 'NaN', '0.0000001'])(
    'refuses %j',
    (text) => {
      expect(() => parseAmount(text, usdc)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );

  test('refuses more than the contracts can hold', () => {
    const unit = { symbol: 'T', decimals: 0 };
    expect(parseAmount(String(2n ** 96n - 1n), unit)).toBe(2n ** 96n - 1n);
    expect(() => parseAmount(String(2n ** 96n), unit)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('reads every amount back as it was written, for any decimals', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 96n - 1n), fc.integer({ min: 0, max: 18 }), (amount, decimals) => {
        const unit = { symbol: 'T', decimals };
        expect(parseAmount(formatAmount(amount, unit), unit)).toBe(amount);
      }),
    );
  });
});

test('amountText names the token', () => {
  expect(amountText(1_500_250_000n, usdc)).toBe('1500.25 USDC');
});
