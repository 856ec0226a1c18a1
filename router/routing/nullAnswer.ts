import type { RawJson } from '../core/rawJson.ts';

/** How many other services should be asked before an answer is believed: `most` are all while that can be afforded. */
export type SecondOpinions = 'none' | 'one' | 'most' | 'all';

// Their `null` means that there is no such block.
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

// Theirs may also mean that the block has no such item: that is what ends a client's count.
const OF_BLOCK_ITEM: ReadonlySet<string> = new Set([
  'eth_getTransactionByBlockHashAndIndex',
  'eth_getTransactionByBlockNumberAndIndex',
  'eth_getUncleByBlockHashAndIndex',
  'eth_getUncleByBlockNumberAndIndex',
]);

// What every node has for whatever it is asked, or an error.
const NEVER_NULL: ReadonlySet<string> = new Set([
  'eth_blobBaseFee',
  'eth_call',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getCode',
  'eth_getProof',
  'eth_getStorageAt',
  'eth_getTransactionCount',
  'eth_maxPriorityFeePerGas',
  'net_version',
  'web3_clientVersion',
]);

// Every chain has them.
const OF_EVERY_CHAIN = /"(?:latest|earliest)"/;

/**
 * A `null` for a block that the network is known to have is a lagging or pruned node's: all others are asked. A client
 * has a block's hash from somebody who had the block, though it may have been of a reorg, or made up: most are asked. A
 * tag is of a block too, except `pending`; a chain without finality has no `finalized` one. The `null` of a transaction
 * is what a wallet that waits for it gets most of the time: it is passed on. Where there is always a value it is a fault.
 * @param block the number that the call names
 * @param knownBlock the newest block that the network is known to have
 */
export function secondOpinions(
  method: string,
  params: RawJson | undefined,
  block: number | undefined,
  knownBlock: number | undefined,
): SecondOpinions {
  if (NEVER_NULL.has(method)) return 'all';
  const isOfNumber = OF_BLOCK_NUMBER.has(method);
  if (block !== undefined) {
    const isKnown = knownBlock !== undefined && block <= knownBlock;
    if (!isKnown) return 'none';
    if (isOfNumber) return 'all';
    return OF_BLOCK_ITEM.has(method) ? 'most' : 'none';
  }
  const isOfHash = OF_BLOCK_HASH.has(method) || OF_BLOCK_ITEM.has(method);
  if (params === undefined || !(isOfNumber || isOfHash)) return 'none';
  if (isOfNumber && OF_EVERY_CHAIN.test(params)) return 'all';
  return params.includes('"pending"') ? 'none' : 'most';
}
