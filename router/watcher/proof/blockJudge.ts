import type { Hex } from 'viem';
import type { ProvenBlock } from './block.ts';
import { hash as hashField, likeness, list, record } from './fields.ts';
import { headerComparisons } from './header.ts';
import type { NetworkRules } from './networkRules.ts';
import { transactionComparisons } from './transactionJudge.ts';
import { type Comparison, unprovable, type Verdict, verdictOf } from './verdict.ts';
import { readWithdrawals } from './withdrawals.ts';

// Of a list without items.
const NO_UNCLES: Hex = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347';

/**
 * Whether a block that should be the proven one is, with its transactions or their hashes. To know the hashes of
 * uncles takes their headers: a block with some is never proven whole.
 *
 * @param senders Positions of the transactions whose `from` is checked too: a signature is recovered for each.
 */
export function judgeBlock(
  answer: unknown,
  block: ProvenBlock,
  rules: NetworkRules,
  senders: readonly number[],
): Verdict {
  const given = record(answer);
  return given === undefined
    ? unprovable('no block')
    : verdictOf(blockComparisons(given, block, senders), rules);
}

function* blockComparisons(
  given: Readonly<Record<string, unknown>>,
  block: ProvenBlock,
  senders: readonly number[],
): Generator<Comparison> {
  const { header, transactions, withdrawals } = block;
  yield* headerComparisons(given, header);
  const uncles = list(given.uncles);
  if (header.fields.sha3Uncles !== NO_UNCLES || uncles === undefined) yield ['uncles', 'missing'];
  else yield ['uncles', uncles.length === 0 ? 'same' : 'other'];
  if (header.fields.withdrawalsRoot !== undefined) {
    const said = readWithdrawals(given.withdrawals);
    if (said === undefined || withdrawals === undefined) yield ['withdrawals', 'missing'];
    else yield ['withdrawals', said.join() === withdrawals.join() ? 'same' : 'other'];
  }
  const listed = list(given.transactions);
  if (listed === undefined) yield ['transactions', 'missing'];
  else yield ['transactions', listed.length === transactions.length ? 'same' : 'other'];
  const withSender = new Set(senders);
  for (const [index, transaction] of transactions.entries()) {
    const item = listed?.[index];
    const fields = record(item);
    if (fields) yield* transactionComparisons(fields, { block, index, withSender: withSender.has(index) });
    else yield ['transactions', likeness(hashField, item, transaction.hash)];
  }
}
