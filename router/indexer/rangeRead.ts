import type { BlockRef } from '../registry/providerSet.ts';

/** A stretch of one branch. */
export interface RangeRead<Event> {
  readonly first: BlockRef;
  readonly last: BlockRef;
  readonly events: readonly Event[];
}

export interface RangeReader<Event> {
  /** Undefined when the chain, as it is now, has no such block. */
  blockAt(number: bigint): Promise<BlockRef | undefined>;
  /** Both inclusive. Undefined when the chain changed while it was read. */
  eventsBetween(from: bigint, to: bigint): Promise<readonly Event[] | undefined>;
}

/**
 * The blocks `from` to `to`, both inclusive. Undefined when the chain changed meanwhile.
 *
 * A node says what its chain holds at the moment it is asked. Here the last block is asked for before and after all
 * else: when both answers are the same, the chain was on that block's branch the whole time (it would have to leave the
 * branch and return to it within these few requests), so the events and the first block are of that branch. What comes
 * before `first` is told by its parent's hash, which does not change with time: ranges may be read in any order, at
 * once or long apart, and wherever one's `first` links to the `last` of the one before it, they are of one branch.
 */
export async function readRange<Event>(
  reader: RangeReader<Event>,
  from: bigint,
  to: bigint,
): Promise<RangeRead<Event> | undefined> {
  const before = await reader.blockAt(to);
  if (before === undefined) return undefined;
  const [events, first] = await Promise.all([
    reader.eventsBetween(from, to),
    from === to ? before : reader.blockAt(from),
  ]);
  const last = await reader.blockAt(to);
  if (events === undefined || first === undefined || last?.hash !== before.hash) return undefined;
  return { first, last, events };
}
