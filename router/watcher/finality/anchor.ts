import type { ProvenHeader } from '../proof/header.ts';
import { NEAR_BLOCKS } from './anchorHeight.ts';
import type { Voter } from './votes.ts';

/** The header of a final block on which enough agree, and that hashes to what they name. Answers are checked by it. */
export interface Anchor {
  readonly header: ProvenHeader;
  readonly number: number;
  /** The head when it was agreed. */
  readonly head: number;
  /** The operators who named this hash. */
  readonly agreedBy: readonly Voter[];
}

/** Whether nodes that keep no old state still had the anchor's when it was agreed. */
export function isNear({ number, head }: Anchor): boolean {
  return head - number <= NEAR_BLOCKS;
}
