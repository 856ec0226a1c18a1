import type { Hex } from 'viem';
import { listOf, record } from './fields.ts';
import type { ProvenHeader } from './header.ts';
import { orderedRoot } from './orderedRoot.ts';
import { readTransaction, type Transaction } from './transaction.ts';
import { type Proof, unprovable } from './verdict.ts';
import { readWithdrawals, withdrawalsRoot } from './withdrawals.ts';

/** A block with all that its header's roots of transactions and withdrawals commit to. */
export interface ProvenBlock {
  readonly header: ProvenHeader;
  readonly transactions: readonly Transaction[];
  /** Undefined where the header commits to none, or to something else, as those of OP's rollups do. */
  readonly withdrawals: readonly Hex[] | undefined;
}

/** Whether a block answered with its transactions (`true` as second parameter) holds those of its proven header. */
export function proveBlock(answer: unknown, header: ProvenHeader): Proof<ProvenBlock> {
  const block = record(answer);
  if (block === undefined) return unprovable('no block');
  const transactions = listOf(block.transactions, readTransaction);
  // One of an unknown type, a hash alone, or a field that the node leaves out.
  if (transactions === undefined) return unprovable('transaction of another form');
  if (orderedRoot(transactions.map(({ encoding }) => encoding)) !== header.fields.transactionsRoot)
    return unprovable('transactionsRoot of another form');
  const withdrawals = readWithdrawals(block.withdrawals);
  const isProven =
    withdrawals !== undefined && withdrawalsRoot(withdrawals) === header.fields.withdrawalsRoot;
  return {
    kind: 'proven',
    truth: { header, transactions, withdrawals: isProven ? withdrawals : undefined },
  };
}
