import type { PublicClient } from 'viem';
import { BaseError, HttpRequestError, TimeoutError } from 'viem';

/** Inclusive. */
export interface BlockRange {
  readonly fromBlock: bigint;
  readonly toBlock: bigint;
}

/**
 * All that `fetch` finds from a block to the newest, in block order. Nodes limit the range or the answer's size, each
 * in its own words: a range that is refused is halved, down to one block.
 */
export async function sinceBlock<Item>(
  client: PublicClient,
  first: bigint,
  fetch: (range: BlockRange) => Promise<readonly Item[]>,
): Promise<Item[]> {
  const last = await client.getBlockNumber();
  return last < first ? [] : await inRange({ fromBlock: first, toBlock: last }, fetch);
}

async function inRange<Item>(
  range: BlockRange,
  fetch: (range: BlockRange) => Promise<readonly Item[]>,
): Promise<Item[]> {
  try {
    return [...(await fetch(range))];
  } catch (error) {
    // A node that does not answer at all will not do so for half the range.
    if (range.fromBlock === range.toBlock || isUnreachable(error)) throw error;
    const middle = (range.fromBlock + range.toBlock) / 2n;
    const older = await inRange({ ...range, toBlock: middle }, fetch);
    return [...older, ...(await inRange({ ...range, fromBlock: middle + 1n }, fetch))];
  }
}

function isUnreachable(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  const root = error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError);
  return root instanceof TimeoutError || (root instanceof HttpRequestError && root.status === undefined);
}
