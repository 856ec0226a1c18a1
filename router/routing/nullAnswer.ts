import type { RawJson } from '../core/rawJson.ts';

/** How many other services should be asked before a `null` is believed. */
export type SecondOpinions = 'none' | 'one' | 'all';

// Their `null` means that there is no such block. Not in it: what may be missing in a block that is there.
const OF_BLOCK_NUMBER: ReadonlySet<string> = new Set([
  'eth_getBlockByNumber',
  'eth_getBlockReceipts',
  'eth_getBlockTransactionCountByNumber',
  'eth_getUncleCountByBlockNumber',
  'debug_traceBlockByNumber',
  'trace_block',
]);
const OF_BLOCK_HASH: ReadonlySet<string> = new Set([
  'eth_getBlockByHash',
  'eth_getBlockReceipts',
  'eth_getBlockTransactionCountByHash',
  'eth_getUncleCountByBlockHash',
]);

/**
 * A `null` for a block that the network is known to have is a lagging or pruned node's: all others are asked. A client
 * has a block's hash from somebody who had the block: one other is asked, for it may have been of a reorg. A tag is of
 * a block too, except `pending`; a chain without finality has no `finalized` one: one other is asked. The `null` of a
 * transaction is what a wallet that waits for it gets most of the time: it is passed on.
 * @param block the number that the call names
 * @param knownBlock the newest block that the network is known to have
 */
export function secondOpinions(
  method: string,
  params: RawJson | undefined,
  block: number | undefined,
  knownBlock: number | undefined,
): SecondOpinions {
  if (block !== undefined) {
    const isKnown = knownBlock !== undefined && block <= knownBlock;
    return isKnown && OF_BLOCK_NUMBER.has(method) ? 'all' : 'none';
  }
  if (OF_BLOCK_HASH.has(method)) return 'one';
  return OF_BLOCK_NUMBER.has(method) && params?.includes('"pending"') === false ? 'one' : 'none';
}
