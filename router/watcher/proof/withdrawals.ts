import { encode } from '@ethereumjs/rlp';
import type { Hex } from 'viem';
import { address, bytesOf, bytesOfQuantity, hexOf, listOf, quantity, record } from './fields.ts';
import { orderedRoot } from './orderedRoot.ts';

/** Each withdrawal of a block, as its header commits to it; undefined when one cannot be read. */
export function readWithdrawals(value: unknown): readonly Hex[] | undefined {
  return listOf(value, (item) => {
    const fields = record(item);
    const index = quantity(fields?.index);
    const validator = quantity(fields?.validatorIndex);
    const account = address(fields?.address);
    const amount = quantity(fields?.amount);
    if (!index || !validator || !account || !amount) return undefined;
    const numbers = [index, validator, amount].map(bytesOfQuantity);
    return hexOf(encode([numbers[0], numbers[1], bytesOf(account), numbers[2]]));
  });
}

export function withdrawalsRoot(withdrawals: readonly Hex[]): Hex {
  return orderedRoot(withdrawals.map(bytesOf));
}
