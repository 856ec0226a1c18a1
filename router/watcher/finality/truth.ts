import type { Hex } from '../../registry/providerSet.ts';
import type { ProvenAccount } from '../proof/account.ts';
import type { ProvenBlock } from '../proof/block.ts';
import type { ProvenReceipts } from '../proof/receipts.ts';
import type { Anchor } from './anchor.ts';

/** A view call that answers at the anchor, of a contract that answers the same whichever honest node executes it. */
export interface ViewCall {
  readonly from: Hex;
  readonly to: Hex;
  readonly data: Hex;
}

/** A view call and what it answers. */
export interface AnsweredCall extends ViewCall {
  readonly result: Hex;
}

/** A proven account, and the answer that proves it. */
export interface AccountTruth extends ProvenAccount {
  readonly answer: unknown;
}

/**
 * What is known for certain of one final block, whoever said it, and what questions can be about. What could not be
 * proven is not there.
 */
export interface Truth {
  readonly anchor: Anchor;
  /** Whether nodes that keep no old state still have the anchor's. */
  readonly isNear: boolean;
  readonly block: ProvenBlock | undefined;
  readonly receipts: ProvenReceipts | undefined;
  readonly accounts: readonly AccountTruth[];
  /** Accounts of the block, of which nothing is proven: any of them may be asked about. */
  readonly addresses: readonly Hex[];
  readonly calls: readonly AnsweredCall[];
}
