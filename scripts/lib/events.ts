import type { PublicClient } from 'viem';
import { logRanges } from '../../router/indexer/logRanges.ts';

/** Inclusive. */
export interface BlockRange {
  readonly fromBlock: bigint;
  readonly toBlock: bigint;
}

/** All that `fetch` finds from a block to the newest, in block order; ranges that a node refuses are halved. */
export async function sinceBlock<Item>(
  client: PublicClient,
  first: bigint,
  fetch: (range: BlockRange) => Promise<readonly Item[]>,
): Promise<Item[]> {
  const found: Item[] = [];
  const ranges = logRanges({
    from: first,
    to: await client.getBlockNumber(),
    // These queries find few events: many nodes answer them over the whole chain.
    maxRange: Number.MAX_SAFE_INTEGER,
    fetch: (fromBlock, toBlock) => fetch({ fromBlock, toBlock }),
  });
  for await (const { value } of ranges) found.push(...value);
  return found;
}
