import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Fees, feeCap, firstFees, isBelowMarket, openingFees, raisedFees } from './fees.ts';

const GWEI = 10n ** 9n;
const NO_LIMIT = 10n ** 18n;
const fees = (max: bigint, priority: bigint): Fees => ({
  maxFeePerGas: max,
  maxPriorityFeePerGas: priority,
});

/** As nodes name them: the priority is a part of the whole. */
const anyFees = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.bigInt({ min: 0n, max: 10n ** 15n }))
  .map(([base, priority]) => fees(base + priority, priority));
const anyLimit = fc.bigInt({ min: 1n, max: 10n ** 16n });

/** The strictest rule of any pool: both fees higher by more than 10 %. */
const takesTheir = (before: Fees, after: Fees): boolean =>
  after.maxFeePerGas * 10n > before.maxFeePerGas * 11n &&
  after.maxPriorityFeePerGas * 10n > before.maxPriorityFeePerGas * 11n;

test('a replacement has fees that every pool takes, or there is none', () => {
  fc.assert(
    fc.property(anyFees, anyFees, anyLimit, (previous, market, limit) => {
      const raised = raisedFees(previous, market, limit);
      if (raised === undefined) return;
      expect(takesTheir(previous, raised)).toBe(true);
      expect(raised.maxPriorityFeePerGas).toBeLessThanOrEqual(raised.maxFeePerGas);
      expect(raised.maxFeePerGas).toBeLessThanOrEqual(feeCap(market, limit));
      if (market.maxFeePerGas <= limit) expect(isBelowMarket(raised, market)).toBe(false);
    }),
  );
});

test('fees raised again and again end at a few times the market, however long a transaction waits', () => {
  fc.assert(
    fc.property(anyFees, anyLimit, (market, limit) => {
      let now: Fees | undefined = firstFees(market, limit);
      let last = now;
      for (let round = 0; now !== undefined; round += 1) {
        expect(round).toBeLessThan(40);
        last = now;
        now = raisedFees(now, market, limit);
      }
      expect(last.maxFeePerGas).toBeLessThanOrEqual(limit);
      expect(last.maxFeePerGas).toBeLessThanOrEqual(5n * market.maxFeePerGas);
    }),
  );
});

test('a market that has risen is followed at once', () => {
  expect(raisedFees(fees(2n * GWEI, GWEI), fees(90n * GWEI, 3n * GWEI), NO_LIMIT)).toEqual(
    fees(90n * GWEI, 3n * GWEI),
  );
});

test('the first offer is the market’s, but no more than the operator allows', () => {
  expect(firstFees(fees(30n * GWEI, 2n * GWEI), NO_LIMIT)).toEqual(fees(30n * GWEI, 2n * GWEI));
  expect(firstFees(fees(10n ** 16n, 10n ** 16n), 500n * GWEI)).toEqual(fees(500n * GWEI, 500n * GWEI));
});

test('what a pool may hold already is offered again as it is, unless another call has to take its place', () => {
  const floor = fees(30n * GWEI, 2n * GWEI);
  const market = fees(20n * GWEI, GWEI);
  expect(openingFees(floor, false, market, NO_LIMIT)).toEqual(floor);
  expect(takesTheir(floor, openingFees(floor, true, market, NO_LIMIT))).toBe(true);
  expect(openingFees(floor, false, fees(40n * GWEI, GWEI), NO_LIMIT).maxFeePerGas).toBe(40n * GWEI);
  expect(openingFees(undefined, false, market, NO_LIMIT)).toEqual(market);
});
