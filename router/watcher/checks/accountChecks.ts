import type { Hex } from '../../registry/providerSet.ts';
import type { Anchor } from '../finality/anchor.ts';
import type { AccountTruth } from '../finality/truth.ts';
import {
  judgeAccountProof,
  judgeBalance,
  judgeCode,
  judgeStorageAt,
  judgeTransactionCount,
} from '../proof/account.ts';
import type { ProofCheck } from './check.ts';

const JUDGES = {
  balance: judgeBalance,
  transactionCount: judgeTransactionCount,
  code: judgeCode,
  proof: judgeAccountProof,
} as const;

/** Of what a node says of an account at the anchor's number. */
export function accountCheck(anchor: Anchor, account: AccountTruth, what: keyof typeof JUDGES): ProofCheck {
  return {
    kind: 'proof',
    id: `${what} ${account.address}`,
    anchor,
    block: 'number',
    judge: (answer) => JUDGES[what](answer, account, 'ethereum'),
    evidence: () => ({ accountProof: account.answer }),
  };
}

/** Of one of its slots that is proven. */
export function storageCheck(anchor: Anchor, account: AccountTruth, slot: Hex): ProofCheck {
  return {
    kind: 'proof',
    id: `storage ${account.address} ${slot}`,
    anchor,
    block: 'number',
    judge: (answer) => judgeStorageAt(answer, slot, account, 'ethereum'),
    evidence: () => ({ accountProof: account.answer }),
  };
}
