import type { Anchor } from '../finality/anchor.ts';
import type { Verdict } from '../proof/verdict.ts';

/** How an answer about an anchor's block is checked. */
export type Check = ProofCheck | ComparedCheck;

/** Of the check whether a node has the anchor's block at all. */
export const HEADER = 'header';

interface AnyCheck {
  readonly anchor: Anchor;
  /** The same for the same question at the same anchor. */
  readonly id: string;
}

/** By mathematics against the anchor's header. */
export interface ProofCheck extends AnyCheck {
  readonly kind: 'proof';
  /**
   * How the question names the block. By its number a node may answer for another block: then the answer is worth as
   * much as the node's word that it has the anchor's. `own`: the answer itself names its block's hash.
   */
  readonly block: 'hash' | 'number' | 'own';
  /** By the rules of Ethereum. On other networks a contradiction is only a voice among others. */
  judge(answer: unknown): Verdict;
  /** What shows the truth, beside the header. For those who look into a case: plain JSON. */
  evidence(): unknown;
}

/** By what the other services answer, at one block hash: nothing can prove it. */
export interface ComparedCheck extends AnyCheck {
  readonly kind: 'compared';
  /** What some have answered already. Who says the same is not looked into. */
  readonly expected: string;
  /** In its one normal form; undefined when it cannot be compared. */
  read(answer: unknown): string | undefined;
}
