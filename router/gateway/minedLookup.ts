import { type ClientCall, NULL_ID } from '../core/jsonRpc.ts';
import { encodeJson, type RawJson } from '../core/rawJson.ts';
import type { NetworkHeads } from './networkHeads.ts';

/** The call that tells whether a transaction is on the chain. */
export function minedLookup(hash: string): ClientCall {
  return { id: NULL_ID, method: 'eth_getTransactionByHash', params: encodeJson([hash]) };
}

/** A node that lags has not seen, or still has in its pool, what others have mined. */
export const reviewLookup: NetworkHeads['review'] = (_state, _call, _block, result) =>
  isUnmined(result) ? { opinions: 'most', result } : undefined;

/** Whether the lookup's result is this transaction, in a block. */
export function isMined(result: RawJson, hash: string): boolean {
  return !isUnmined(result) && result.toLowerCase().includes(hash);
}

function isUnmined(result: RawJson): boolean {
  return result === 'null' || WAITS.test(result);
}

const WAITS = /"block(?:Number|Hash)"\s*:\s*null/;
