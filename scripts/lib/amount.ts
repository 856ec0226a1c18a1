import { formatUnits, parseUnits } from 'viem';
import { UsageError } from './usageError.ts';

/** How a token's amounts are written. */
export interface TokenUnit {
  readonly symbol: string;
  readonly decimals: number;
}

/** The largest amount that the contracts keep (`uint96`). */
export const MAX_AMOUNT = 2n ** 96n - 1n;

const AMOUNT = /^(\d{1,30})(?:\.(\d{1,30}))?$/;

/**
 * Whole tokens, as a person writes them, in the token's smallest unit: `'1500.25'` with 6 decimals is 1500250000n.
 * @throws {@link UsageError} for anything that is not a positive number with at most `decimals` places.
 */
export function parseAmount(text: string, { decimals, symbol }: TokenUnit): bigint {
  const match = AMOUNT.exec(text);
  if (!match) throw new UsageError(`"${text}" is no amount: write whole ${symbol}, e.g. 5000 or 0.5`);
  const places = (match[2] ?? '').replace(/0+$/, '').length;
  if (places > decimals)
    throw new UsageError(`${text} ${symbol} is finer than the token's ${decimals} decimals`);
  const amount = parseUnits(text, decimals);
  if (amount === 0n) throw new UsageError('The amount must be more than 0');
  if (amount > MAX_AMOUNT) throw new UsageError(`${text} ${symbol} is more than the contracts can hold`);
  return amount;
}

/** `1500.25`, without a unit: for tables and JSON. */
export function formatAmount(amount: bigint, { decimals }: TokenUnit): string {
  return formatUnits(amount, decimals);
}

/** `1500.25 DIN`. */
export function amountText(amount: bigint, unit: TokenUnit): string {
  return `${formatAmount(amount, unit)} ${unit.symbol}`;
}
