import type { Anchor } from '../finality/anchor.ts';
import type { ProvenBlock } from '../proof/block.ts';
import { judgeLogs, type LogFilter } from '../proof/logs.ts';
import { judgeReceipt, judgeReceipts } from '../proof/receiptJudge.ts';
import type { ProvenReceipts } from '../proof/receipts.ts';
import { judgeTransaction } from '../proof/transactionJudge.ts';
import type { ProofCheck } from './check.ts';
import { transactionsOf } from './headerChecks.ts';

/** Of `eth_getTransactionByHash`. */
export function transactionCheck(anchor: Anchor, block: ProvenBlock, index: number): ProofCheck {
  return {
    kind: 'proof',
    id: `transaction ${index}`,
    anchor,
    block: 'hash',
    judge: (answer) => judgeTransaction(answer, block, index, 'ethereum'),
    evidence: () => transactionsOf(block),
  };
}

/** Of `eth_getTransactionReceipt`. */
export function receiptCheck(anchor: Anchor, receipts: ProvenReceipts, index: number): ProofCheck {
  return {
    kind: 'proof',
    id: `receipt ${index}`,
    anchor,
    block: 'hash',
    judge: (answer) => judgeReceipt(answer, receipts, index, 'ethereum'),
    evidence: () => receiptsOf(receipts),
  };
}

/** Of `eth_getBlockReceipts` by the block's number. */
export function receiptsCheck(
  anchor: Anchor,
  receipts: ProvenReceipts,
  senders: readonly number[],
): ProofCheck {
  return {
    kind: 'proof',
    id: 'receipts',
    anchor,
    block: 'number',
    judge: (answer) => judgeReceipts(answer, receipts, 'ethereum', senders),
    evidence: () => receiptsOf(receipts),
  };
}

/** Of `eth_getLogs` for the anchor's block. */
export function logsCheck(anchor: Anchor, receipts: ProvenReceipts, filter: LogFilter): ProofCheck {
  return {
    kind: 'proof',
    id: `logs ${filter.addresses.join()} ${filter.topics.join()}`,
    anchor,
    // Also when they are asked for by its hash: some nodes say of a block that they do not have that it has no logs.
    block: 'number',
    judge: (answer) => judgeLogs(answer, filter, receipts, 'ethereum'),
    evidence: () => receiptsOf(receipts),
  };
}

/** All receipts with what their root commits to, and the transactions that say of which type each is. */
function receiptsOf({ block, receipts }: ProvenReceipts): unknown {
  return {
    ...transactionsOf(block),
    receipts: receipts.map(({ outcome, cumulativeGasUsed, logsBloom, logs }) => ({
      [outcome.field]: outcome.text,
      cumulativeGasUsed,
      logsBloom,
      logs: logs.map(({ address, topics, data }) => ({ address, topics, data })),
    })),
  };
}
