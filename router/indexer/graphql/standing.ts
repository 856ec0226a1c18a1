import type { Hex } from '../../registry/providerSet.ts';
import type { IndexerView } from './indexerReader.ts';

/**
 * - `held`: the indexer holds the block
 * - `left`: it holds another one in its place
 * - `unknown`: it holds none in its place: dropped, never held, or still to come. However old the block, that does not
 *   say that it stands: it may have been the newest, and left, while nobody looked
 */
export type Standing = 'held' | 'left' | 'unknown';

export function standing(
  block: { readonly number: bigint; readonly hash: Hex },
  { held, head, deployment: { base } }: IndexerView,
): Standing {
  const known = [held.get(block.number)?.ref, head.ref, base].find((ref) => ref?.number === block.number);
  if (known !== undefined) return known.hash === block.hash ? 'held' : 'left';
  if (head.ref.number === block.number + 1n) return head.ref.parentHash === block.hash ? 'held' : 'left';
  return 'unknown';
}
