import type { Hex } from 'viem';
import { likenessIfGiven, quantity, quantityText, type Reader } from './fields.ts';
import type { HeaderFields } from './headerForm.ts';
import type { Comparison } from './verdict.ts';

/**
 * A field that says once more what others say, or that no standard defines: nodes differ in it, so that another value
 * proves nothing and refutes nothing.
 */
export function repetition(field: string, value: unknown, truth: Hex, read: Reader = quantity): Comparison {
  return [field, likenessIfGiven(read, value, truth) === 'same' ? 'same' : 'missing'];
}

/** A block's time as its transactions, receipts and logs repeat it: some nodes write a JSON number, some zero. */
export function timeRepetition(given: Readonly<Record<string, unknown>>, header: HeaderFields): Comparison {
  return repetition('blockTimestamp', given.blockTimestamp, header.timestamp, (value) =>
    Number.isSafeInteger(value) && Number(value) >= 0 ? quantityText(Number(value)) : quantity(value),
  );
}
