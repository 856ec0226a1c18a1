import { formatUnits } from 'viem';

/** Whole tokens of the development token as a person reads them: `4,995.5`. */
export function tokens(amount: bigint): string {
  return Number(formatUnits(amount, 18)).toLocaleString('en-US', { maximumFractionDigits: 2 });
}
