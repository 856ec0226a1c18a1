/**
 * What a rollup of the OP Stack (since Fjord) asks for a transaction: its gas at the rollup's own price, and its share
 * of the blobs in which the rollup's blocks are written, by its length once FastLZ has compressed it.
 */
export interface Prices {
  /** Of the rollup's own gas, base fee and tip. */
  readonly gasGwei: number;
  /** Of Ethereum's gas, and of its blob gas. */
  readonly l1BaseFeeGwei: number;
  readonly blobBaseFeeGwei: number;
  /** What the rollup's operator multiplies them with, in millionths. */
  readonly baseFeeScalar: number;
  readonly blobBaseFeeScalar: number;
  readonly coinUsd: number;
}

/** Round figures of a large rollup and of Ethereum in 2025: an order of magnitude, to be replaced by the day's. */
export const PRICES_OF_2025: Prices = {
  gasGwei: 0.01,
  l1BaseFeeGwei: 1,
  blobBaseFeeGwei: 0.1,
  baseFeeScalar: 2_269,
  blobBaseFeeScalar: 1_055_762,
  coinUsd: 3_000,
};

/** What is charged for. */
export interface Charged {
  readonly gas: number;
  readonly fastLzBytes: number;
}

const MILLION = 1e6;
const GWEI_PER_COIN = 1e9;
const CALLDATA_GAS_PER_BYTE = 16;
// Of Fjord's specification: how FastLZ's length foretells the share of a batch that Brotli compresses.
const INTERCEPT = -42.5856;
const COEFFICIENT = 0.8365;
const LEAST_BYTES = 100;

/** In US dollars, of one transaction. */
export function priceOf({ gas, fastLzBytes }: Charged, prices: Prices): { gas: number; data: number } {
  const bytes = Math.max(LEAST_BYTES, INTERCEPT + COEFFICIENT * fastLzBytes);
  const byteGwei =
    (CALLDATA_GAS_PER_BYTE * prices.baseFeeScalar * prices.l1BaseFeeGwei +
      prices.blobBaseFeeScalar * prices.blobBaseFeeGwei) /
    MILLION;
  const usd = (gwei: number) => (gwei / GWEI_PER_COIN) * prices.coinUsd;
  return { gas: usd(gas * prices.gasGwei), data: usd(bytes * byteGwei) };
}
