import type { PublicClient } from 'viem';

/** The oldest block from `first` to `last` whose time is at least `time`, in Unix seconds; `last` when none is. */
export async function firstBlockSince(
  client: PublicClient,
  time: number,
  first: bigint,
  last: bigint,
): Promise<bigint> {
  let low = first;
  let high = last;
  while (low < high) {
    const middle = (low + high) / 2n;
    const { timestamp } = await client.getBlock({ blockNumber: middle });
    if (timestamp < time) low = middle + 1n;
    else high = middle;
  }
  return low;
}
