import { type Ms, ms } from '../../core/units.ts';
import type { ProvenHeader } from '../proof/header.ts';
import { KEPT_BLOCKS, NEAR_BLOCKS } from './anchorHeight.ts';
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

/** An anchor and when it was agreed. */
export interface DatedAnchor {
  readonly anchor: Anchor;
  readonly at: Ms;
}

/**
 * Until when nodes that keep no old state still have the anchor's, by the pace of the network since another one was
 * agreed before. Without that only the depth counts: whoever does not have the state says so.
 */
export function nearUntil({ anchor, at }: DatedAnchor, before: DatedAnchor | undefined): Ms {
  const depth = anchor.head - anchor.number;
  const blocks = before === undefined ? 0 : anchor.head - before.anchor.head;
  if (before === undefined || blocks <= 0)
    return ms(depth <= NEAR_BLOCKS ? Number.POSITIVE_INFINITY : at - 1);
  return ms(at + ((KEPT_BLOCKS - depth) * (at - before.at)) / blocks);
}
