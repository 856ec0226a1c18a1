import { fromCreate } from 'ox/ContractAddress';
import type { Hex } from 'viem';
import {
  address,
  dataOf,
  hash,
  likeness,
  likenessIfGiven,
  list,
  quantity,
  quantityText,
  recipient,
  record,
} from './fields.ts';
import type { HeaderFields } from './headerForm.ts';
import { logComparisons } from './logEntry.ts';
import type { NetworkRules } from './networkRules.ts';
import type { ProvenReceipt, ProvenReceipts } from './receipts.ts';
import { timeRepetition } from './repetition.ts';
import { typeLikeness } from './transactionForm.ts';
import { paidPrice } from './transactionJudge.ts';
import { type Comparison, type Likeness, unprovable, type Verdict, verdictOf } from './verdict.ts';

type Fields = Readonly<Record<string, unknown>>;

const GAS_OF_A_BLOB = 131_072n;
const bloom = dataOf(256);

/**
 * Of `eth_getBlockReceipts`.
 *
 * @param senders Positions of the receipts whose `from` and `contractAddress` are checked too: a signature is
 * recovered for each.
 */
export function judgeReceipts(
  answer: unknown,
  receipts: ProvenReceipts,
  rules: NetworkRules,
  senders: readonly number[],
): Verdict {
  const given = list(answer);
  return given === undefined
    ? unprovable('no receipts')
    : verdictOf(listComparisons(given, receipts, new Set(senders)), rules);
}

/** Of `eth_getTransactionReceipt`, for the transaction at a position of the block. */
export function judgeReceipt(
  answer: unknown,
  receipts: ProvenReceipts,
  index: number,
  rules: NetworkRules,
): Verdict {
  const given = record(answer);
  // Nodes that keep no index of old transactions say null.
  if (given === undefined) return unprovable('no receipt');
  return verdictOf(receiptComparisons(given, receipts, index, true), rules);
}

function* listComparisons(
  given: readonly unknown[],
  truth: ProvenReceipts,
  senders: ReadonlySet<number>,
): Generator<Comparison> {
  yield ['receipts', given.length === truth.receipts.length ? 'same' : 'other'];
  for (const index of truth.receipts.keys()) {
    const fields = record(given[index]);
    if (fields === undefined) yield ['receipts', 'missing'];
    else yield* receiptComparisons(fields, truth, index, senders.has(index));
  }
}

function* receiptComparisons(
  given: Fields,
  { block, receipts }: ProvenReceipts,
  index: number,
  withSender: boolean,
): Generator<Comparison> {
  const receipt = receipts[index];
  if (receipt === undefined) return yield ['receipt', 'missing'];
  const { header } = block;
  const { transaction, outcome, logs } = receipt;
  yield ['transactionHash', likeness(hash, given.transactionHash, transaction.hash)];
  yield ['transactionIndex', likeness(quantity, given.transactionIndex, quantityText(index))];
  yield ['blockHash', likeness(hash, given.blockHash, header.hash)];
  yield ['blockNumber', likeness(quantity, given.blockNumber, header.fields.number)];
  yield timeRepetition(given, header.fields);
  yield ['type', typeLikeness(given.type, transaction.type)];
  yield ['to', likeness(recipient, given.to, transaction.fields.get('to')?.text ?? '0x')];
  const readOutcome = outcome.field === 'root' ? hash : quantity;
  yield [outcome.field, likeness(readOutcome, given[outcome.field], outcome.text)];
  yield ['cumulativeGasUsed', likeness(quantity, given.cumulativeGasUsed, receipt.cumulativeGasUsed)];
  yield ['logsBloom', likeness(bloom, given.logsBloom, receipt.logsBloom)];
  const said = list(given.logs);
  if (said === undefined) yield ['logs', 'missing'];
  else yield ['logs', said.length === logs.length ? 'same' : 'other'];
  for (const [offset, log] of logs.entries()) yield* logComparisons(said?.[offset], log);
  if (withSender) yield* senderComparisons(given, receipt);
  yield* gasComparisons(given, receipt, block.header.fields);
}

function* senderComparisons(given: Fields, { transaction }: ProvenReceipt): Generator<Comparison> {
  const sender = transaction.sender();
  if (sender === undefined) return yield ['from', 'missing'];
  yield ['from', likeness(address, given.from, sender)];
  const creates = transaction.fields.get('to')?.text === '0x';
  const said = given.contractAddress;
  if (said === undefined || said === null) return;
  if (!creates) return yield ['contractAddress', 'missing'];
  const created = fromCreate({ from: sender, nonce: BigInt(transaction.fields.get('nonce')?.text ?? '0x0') });
  yield ['contractAddress', likeness(address, said, created.toLowerCase() as Hex)];
}

/** What follows from what is committed by rules that hold up to Osaka. After it, another value refutes nothing. */
function* gasComparisons(
  given: Fields,
  { transaction, gasUsed }: ProvenReceipt,
  { baseFeePerGas, blockAccessListHash }: HeaderFields,
): Generator<Comparison> {
  const derived = (like: Likeness): Likeness =>
    like === 'other' && blockAccessListHash !== undefined ? 'missing' : like;
  yield ['gasUsed', derived(likeness(quantity, given.gasUsed, gasUsed))];
  const price = quantityText(paidPrice(transaction, baseFeePerGas));
  yield ['effectiveGasPrice', derived(likenessIfGiven(quantity, given.effectiveGasPrice, price))];
  const blobs = transaction.fields.get('blobVersionedHashes')?.rlp;
  if (!Array.isArray(blobs)) return;
  const blobGas = quantityText(GAS_OF_A_BLOB * BigInt(blobs.length));
  yield ['blobGasUsed', derived(likenessIfGiven(quantity, given.blobGasUsed, blobGas))];
}
