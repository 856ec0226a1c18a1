import { isObject, type Json } from './rpcItems.ts';

// Where each method takes its block; a missing one means `latest`.
const BLOCK_PARAMETER: Readonly<Record<string, number>> = {
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getTransactionCount: 1,
  eth_call: 1,
  eth_estimateGas: 1,
  eth_feeHistory: 1,
  eth_getStorageAt: 2,
  eth_getProof: 2,
  eth_getBlockByNumber: 0,
  eth_getBlockReceipts: 0,
  eth_getBlockTransactionCountByNumber: 0,
  eth_getTransactionByBlockNumberAndIndex: 0,
};

const MOVING_TAGS = new Set<Json>(['latest', 'pending', 'safe', 'finalized']);

/**
 * A request as a node whose head stands at `head` understands it: moving tags mean the frozen block, and a later
 * block is one that no chain has yet.
 */
export function freezeRequest(item: { [key: string]: Json }, head: bigint): { [key: string]: Json } {
  const { method } = item;
  if (typeof method !== 'string') return item;
  const params = Array.isArray(item.params) ? [...item.params] : [];
  if (method === 'eth_getLogs') {
    const [filter] = params;
    if (!isObject(filter) || filter.blockHash !== undefined) return item;
    const fromBlock = freezeBlock(filter.fromBlock, head);
    const toBlock = freezeBlock(filter.toBlock, head);
    return { ...item, params: [{ ...filter, fromBlock, toBlock }] };
  }
  const index = Object.hasOwn(BLOCK_PARAMETER, method) ? BLOCK_PARAMETER[method] : undefined;
  // A call that is too short is the caller's error: the node says so.
  if (index === undefined || params.length < index) return item;
  params[index] = freezeBlock(params[index], head);
  return { ...item, params };
}

/** The node's answer, without what lies after `head`. */
export function freezeResponse(
  method: string | undefined,
  response: { [key: string]: Json },
  head: bigint,
): { [key: string]: Json } {
  const { result } = response;
  if (method === 'eth_blockNumber' && typeof result === 'string') return { ...response, result: hex(head) };
  if (!isObject(result)) return response;
  const number = quantity(result.blockNumber ?? result.number);
  return number !== undefined && number > head ? { ...response, result: null } : response;
}

function freezeBlock(block: Json | undefined, head: bigint): Json {
  if (block === undefined || block === null || MOVING_TAGS.has(block)) return hex(head);
  const number = quantity(block);
  // The largest 64-bit block number: a node answers null or "unknown block", as it does for the future.
  return number !== undefined && number > head ? '0x7fffffffffffffff' : block;
}

function quantity(value: Json | undefined): bigint | undefined {
  return typeof value === 'string' && /^0x[0-9a-f]{1,16}$/i.test(value) ? BigInt(value) : undefined;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
