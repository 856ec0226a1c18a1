/*
 * Reads that any node answers from its database at once, with a small answer. All calls of a batch wait for its slowest:
 * what may take long (calls, traces, logs, whole blocks) goes alone.
 */
const CHEAP_READS: ReadonlySet<string> = new Set([
  'eth_blobBaseFee',
  'eth_blockNumber',
  'eth_chainId',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockTransactionCountByHash',
  'eth_getBlockTransactionCountByNumber',
  'eth_getCode',
  'eth_getStorageAt',
  'eth_getTransactionByBlockHashAndIndex',
  'eth_getTransactionByBlockNumberAndIndex',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
  'net_version',
  'web3_clientVersion',
]);

/** Whether calls of this method may share a request with others. Unknown methods may not. */
export function isBatchable(method: string): boolean {
  return CHEAP_READS.has(method);
}
