import type { UnixSeconds } from '../../core/units.ts';
import type { BlockRef } from '../../registry/providerSet.ts';

/**
 * A block that is no younger than the time, and if older then by not much more than the tolerance: by halving, a few
 * requests. The lowest block where all are younger.
 * @param blockAt undefined for a block that cannot be had: those below it are not asked for
 */
export async function blockAtTime(args: {
  readonly blockAt: (number: bigint) => Promise<BlockRef | undefined>;
  readonly time: UnixSeconds;
  readonly toleranceSeconds: number;
  readonly lowest: bigint;
  readonly head: BlockRef;
}): Promise<bigint> {
  const { blockAt, time, toleranceSeconds, head } = args;
  if (head.timestamp <= time) return head.number;
  // The oldest is taken as old enough: nothing is before it.
  let older = args.lowest;
  let younger = head.number;
  while (younger - older > 1n) {
    const middle = (older + younger) / 2n;
    const block = await blockAt(middle);
    if (block === undefined || block.timestamp <= time) older = middle;
    else younger = middle;
    if (block && block.timestamp <= time && time - block.timestamp <= toleranceSeconds) break;
  }
  return older;
}
