import { decodeString, eachMember, jsonKind, type RawJson, rawElements } from '../core/rawJson.ts';

/** Which parameter names the block that a method is about. */
const BLOCK_PARAMETER: ReadonlyMap<string, number> = new Map([
  ['eth_getBlockByNumber', 0],
  ['eth_getBlockReceipts', 0],
  ['eth_getBlockTransactionCountByNumber', 0],
  ['eth_getTransactionByBlockNumberAndIndex', 0],
  ['eth_getHeaderByNumber', 0],
  ['eth_getRawTransactionByBlockNumberAndIndex', 0],
  ['eth_getUncleByBlockNumberAndIndex', 0],
  ['eth_getUncleCountByBlockNumber', 0],
  ['eth_getLogs', 0],
  ['eth_getBalance', 1],
  ['eth_getCode', 1],
  ['eth_getTransactionCount', 1],
  ['eth_getAccount', 1],
  ['eth_call', 1],
  ['eth_callMany', 1],
  ['eth_estimateGas', 1],
  ['eth_createAccessList', 1],
  ['eth_simulateV1', 1],
  ['eth_feeHistory', 1],
  ['eth_getStorageAt', 2],
  ['eth_getProof', 2],
  ['linea_estimateGas', 1],
  ['linea_getProof', 2],
  ['debug_executionWitness', 0],
  ['debug_getRawBlock', 0],
  ['debug_getRawHeader', 0],
  ['debug_getRawReceipts', 0],
  ['debug_traceBlockByNumber', 0],
  ['debug_traceCall', 1],
  ['trace_block', 0],
  ['trace_callMany', 1],
  ['trace_filter', 0],
  ['trace_replayBlockTransactions', 0],
  ['trace_call', 2],
]);

/** The highest block number that a call needs; undefined when it names none (a tag, a hash, nothing, junk). */
export function requestedBlock(method: string, params: RawJson | undefined): number | undefined {
  const index = BLOCK_PARAMETER.get(method);
  if (index === undefined || params === undefined) return undefined;
  const parameter = rawElements(params)?.[index];
  if (parameter === undefined) return undefined;
  if (jsonKind(parameter) === 'string') return blockNumber(parameter);
  let number: number | undefined;
  eachMember(parameter, (key, value) => {
    if (key !== 'blockNumber' && key !== 'toBlock' && key !== 'fromBlock') return;
    const named = blockNumber(value);
    if (named !== undefined && (number === undefined || named > number)) number = named;
  });
  return number;
}

/** A quantity like `"0x1f"`; undefined for all else, and for numbers too large to be a block's. */
export function blockNumber(raw: RawJson): number | undefined {
  if (raw.length > 18 || jsonKind(raw) !== 'string') return undefined;
  const text = decodeString(raw);
  if (!/^0x[0-9a-f]+$/i.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}
