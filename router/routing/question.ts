import { CAPABILITY_BITS } from '../core/capability.ts';
import type { RawJson } from '../core/rawJson.ts';
import { logBlocks } from './logRange.ts';
import type { MethodTraits } from './methods.ts';
import { requestedBlock } from './requestedBlock.ts';

/** What a call needs of the service that answers it. */
export interface Question {
  readonly method: string;
  /** Bitmap that the service must offer. */
  readonly capabilities: number;
  /** Block that the call names. */
  readonly block: number | undefined;
  /** How many blocks behind the head the state is that it asks for; 0 for the newest ones, which nobody prunes. */
  readonly depth: number;
  /** How many blocks a query for logs spans; 0 for all else, and where it is not known. */
  readonly logBlocks: number;
}

// Nodes that are no archive keep the state of the last 128 blocks: go-ethereum's number, which the others follow.
export const RECENT_BLOCKS = 128;
// A state further back than this is not missing because the node, or one of several behind its address, is late.
const NEWEST_BLOCKS = 16;

/** @param traits of the method */
export function questionOf(
  method: string,
  params: RawJson | undefined,
  traits: MethodTraits,
  agreedHead: number | undefined,
): Question {
  const block = requestedBlock(method, params);
  const behind = block === undefined || agreedHead === undefined ? 0 : agreedHead - block;
  const depth = behind > NEWEST_BLOCKS && OF_STATE.has(method) ? behind : 0;
  return {
    method,
    capabilities: depth > RECENT_BLOCKS ? traits.capabilities | CAPABILITY_BITS.archive : traits.capabilities,
    block,
    depth,
    // Beyond the head it is refused for another reason than its length.
    logBlocks: method === 'eth_getLogs' && behind >= 0 ? (logBlocks(params, agreedHead) ?? 0) : 0,
  };
}

/** Its answer tells more about a service than that it is well. */
export function isTelling({ capabilities, depth, logBlocks }: Question): boolean {
  return capabilities !== CAPABILITY_BITS.full || depth > 0 || logBlocks > 0;
}

/**
 * Whether one who has no state for this has none for the method's next call either: it is about the newest state, or
 * about a trace, whose block nobody knows.
 */
export function isOfAnyBlock({ method, block }: Question, params: RawJson | undefined): boolean {
  if (block !== undefined) return false;
  if (TRACES.test(method)) return true;
  return OF_STATE.has(method) && (params === undefined || !OTHER_BLOCKS.test(params));
}

const TRACES = /^(?:debug|trace)_/;
// A caller can make a hash up, and a node need not know each tag.
const OTHER_BLOCKS = /"(?:earliest|pending|safe|finalized|blockHash|0x[0-9a-f]{64})"/i;

// They read the state at a block, or execute on it.
const OF_STATE: ReadonlySet<string> = new Set([
  'eth_getBalance',
  'eth_getCode',
  'eth_getTransactionCount',
  'eth_getStorageAt',
  'eth_getProof',
  'eth_call',
  'eth_estimateGas',
  'eth_createAccessList',
  'eth_simulateV1',
  'debug_traceCall',
  'debug_traceBlockByNumber',
  'trace_call',
  'trace_callMany',
  'trace_replayBlockTransactions',
]);
