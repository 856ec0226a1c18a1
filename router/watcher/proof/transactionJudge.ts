import type { Hex } from 'viem';
import type { ProvenBlock } from './block.ts';
import { address, hash, likeness, quantity, quantityText, record } from './fields.ts';
import type { NetworkRules } from './networkRules.ts';
import { repetition, timeRepetition } from './repetition.ts';
import type { Transaction } from './transaction.ts';
import { transactionForm, typeLikeness } from './transactionForm.ts';
import { type Comparison, unprovable, type Verdict, verdictOf } from './verdict.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Of `eth_getTransactionByHash` and its likes, for the transaction at a position of a proven block. */
export function judgeTransaction(
  answer: unknown,
  block: ProvenBlock,
  index: number,
  rules: NetworkRules,
): Verdict {
  const given = record(answer);
  // Nodes that keep no index of old transactions say null.
  if (given === undefined) return unprovable('no transaction');
  return verdictOf(transactionComparisons(given, { block, index, withSender: true }), rules);
}

export interface TransactionPlace {
  readonly block: ProvenBlock;
  readonly index: number;
  /** Whether to compare `from`, for which the signer is recovered. */
  readonly withSender: boolean;
}

export function* transactionComparisons(given: Fields, place: TransactionPlace): Generator<Comparison> {
  const { block, index, withSender } = place;
  const transaction = block.transactions[index];
  const form = transaction && transactionForm(transaction.type);
  if (transaction === undefined || form === undefined) return yield ['transaction', 'missing'];
  const { header } = block;
  yield ['type', typeLikeness(given.type, transaction.type)];
  yield ['hash', likeness(hash, given.hash, transaction.hash)];
  yield ['blockHash', likeness(hash, given.blockHash, header.hash)];
  yield ['blockNumber', likeness(quantity, given.blockNumber, header.fields.number)];
  yield timeRepetition(given, header.fields);
  yield ['transactionIndex', likeness(quantity, given.transactionIndex, quantityText(index))];
  for (const { name, read } of form) {
    const said = read(given)?.text;
    const truth = transaction.fields.get(name)?.text;
    yield [name, said === undefined ? 'missing' : said === truth ? 'same' : 'other'];
  }
  if (withSender) {
    const sender = transaction.sender();
    yield ['from', sender === undefined ? 'missing' : likeness(address, given.from, sender)];
  }
  yield* repetitions(given, transaction, header.fields.baseFeePerGas);
}

/** What says once more what the fields of the encoding say; `gasPrice` of one with fees was paid, or offered. */
function* repetitions(
  given: Fields,
  transaction: Transaction,
  baseFee: Hex | undefined,
): Generator<Comparison> {
  const text = (name: string) => transaction.fields.get(name)?.text ?? '0x0';
  const number = (name: string) => BigInt(text(name));
  if (transaction.type === '0x0') {
    const v = number('v');
    if (v >= 35n) yield repetition('chainId', given.chainId, quantityText((v - 35n) / 2n));
    return;
  }
  const parity = number('yParity');
  const v = quantity(given.v);
  const forms = [parity, parity + 27n, parity + 35n + 2n * number('chainId')].map(quantityText);
  yield ['v', given.v === undefined || (v !== undefined && forms.includes(v)) ? 'same' : 'missing'];
  if (transaction.type !== '0x1')
    yield repetition('gasPrice', given.gasPrice, quantityText(paidPrice(transaction, baseFee)));
}

/** What a transaction paid for a unit of gas, in wei. */
export function paidPrice({ fields }: Transaction, baseFee: Hex | undefined): bigint {
  const number = (name: string) => BigInt(fields.get(name)?.text ?? '0x0');
  if (fields.has('gasPrice')) return number('gasPrice');
  const offered = BigInt(baseFee ?? '0x0') + number('maxPriorityFeePerGas');
  const most = number('maxFeePerGas');
  return offered < most ? offered : most;
}
