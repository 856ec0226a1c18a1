import { larger, smaller } from '../core/bigints.ts';

/** What a transaction offers for a unit of gas, in the chain's coin's smallest unit. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

// Pools take a replacement for 10 % more, some only for more than 10 %.
const RAISE_PER_MILLE = 1_125n;
// However long a transaction waits: who pays so many times the price and is in no block is kept out by something else.
const MAX_MARKET_MULTIPLE = 5n;

/** The most that may be offered: bounded by `limit`, which stands, and by what others pay now. */
export function feeCap(market: Fees, limit: bigint): bigint {
  const multiple = market.maxFeePerGas * MAX_MARKET_MULTIPLE;
  return multiple < limit ? multiple : limit;
}

/** What the market asks, but no more than `limit`: an endpoint may name any price. */
export function firstFees(market: Fees, limit: bigint): Fees {
  const maxFeePerGas = smaller(market.maxFeePerGas, limit);
  return { maxFeePerGas, maxPriorityFeePerGas: smaller(market.maxPriorityFeePerGas, maxFeePerGas) };
}

/**
 * Fees with which a pool takes another transaction in the place of one with `previous`: both higher by what every
 * pool asks, and at least the market's. Undefined when that is more than {@link feeCap}.
 */
export function raisedFees(previous: Fees, market: Fees, limit: bigint): Fees | undefined {
  const maxFeePerGas = larger(raised(previous.maxFeePerGas), smaller(market.maxFeePerGas, limit));
  if (maxFeePerGas > feeCap(market, limit)) return undefined;
  const priority = larger(raised(previous.maxPriorityFeePerGas), market.maxPriorityFeePerGas);
  return { maxFeePerGas, maxPriorityFeePerGas: smaller(priority, maxFeePerGas) };
}

/**
 * What to offer first for a nonce.
 * @param floor What a pool may hold for it already.
 * @param replaces Whether that is another call, so that the very same is no success.
 */
export function openingFees(floor: Fees | undefined, replaces: boolean, market: Fees, limit: bigint): Fees {
  if (floor === undefined) return firstFees(market, limit);
  // The very same again is known to the pool, and costs nothing more.
  if (!replaces && !isBelowMarket(floor, market)) return floor;
  return raisedFees(floor, market, limit) ?? floor;
}

/** Whether the market asks more than a transaction offers. */
export function isBelowMarket(fees: Fees, market: Fees): boolean {
  return fees.maxFeePerGas < market.maxFeePerGas || fees.maxPriorityFeePerGas < market.maxPriorityFeePerGas;
}

/** Rounded up, and by at least one: the smallest fees must rise, too. */
function raised(fee: bigint): bigint {
  return (fee * RAISE_PER_MILLE) / 1_000n + 1n;
}
