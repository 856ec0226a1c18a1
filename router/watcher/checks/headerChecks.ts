import type { Anchor } from '../finality/anchor.ts';
import type { ProvenBlock } from '../proof/block.ts';
import { judgeBlock } from '../proof/blockJudge.ts';
import { hexOf } from '../proof/fields.ts';
import { judgeHeader } from '../proof/header.ts';
import { HEADER, type ProofCheck } from './check.ts';

/** Of a block without its transactions. */
export function headerCheck(anchor: Anchor, block: ProofCheck['block']): ProofCheck {
  return {
    kind: 'proof',
    id: HEADER,
    anchor,
    block,
    judge: (answer) => judgeHeader(answer, anchor.header, 'ethereum'),
    // The header is its own evidence.
    evidence: () => ({}),
  };
}

/** Of a block with its transactions, or their hashes. */
export function blockCheck(
  anchor: Anchor,
  truth: ProvenBlock,
  block: ProofCheck['block'],
  senders: readonly number[],
): ProofCheck {
  return {
    kind: 'proof',
    id: 'block',
    anchor,
    block,
    judge: (answer) => judgeBlock(answer, truth, 'ethereum', senders),
    evidence: () => transactionsOf(truth),
  };
}

/** All transactions as the header's root commits to them. */
export function transactionsOf({ transactions }: ProvenBlock): { readonly transactions: readonly string[] } {
  return { transactions: transactions.map(({ encoding }) => hexOf(encoding)) };
}
