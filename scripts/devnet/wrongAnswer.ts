import { isObject, type Json } from './rpcItems.ts';

/** Results that the lies leave alone: a node that lies about these is found out at once, and that is another test. */
const HONEST = new Set(['eth_blockNumber', 'eth_sendRawTransaction', 'web3_clientVersion']);
const HASH_FIELDS = ['hash', 'parentHash', 'stateRoot', 'blockHash', 'transactionHash'];

/** A well-formed response whose result is false. */
export function wrongResponse(
  method: string | undefined,
  response: { [key: string]: Json },
  chainId: number | undefined,
): { [key: string]: Json } {
  const { result } = response;
  if (method === undefined || result === undefined || HONEST.has(method)) return response;
  if (method === 'eth_chainId' || method === 'net_version') {
    if (chainId === undefined) return response;
    return { ...response, result: method === 'eth_chainId' ? `0x${chainId.toString(16)}` : `${chainId}` };
  }
  if (typeof result === 'string') return { ...response, result: otherHex(result) };
  if (!isObject(result)) return response;
  const changed = { ...result };
  for (const field of HASH_FIELDS) {
    const value = changed[field];
    if (typeof value === 'string') changed[field] = otherHex(value);
  }
  return { ...response, result: changed };
}

/** Another hex string of the same length; `0x` becomes `0x01`, any other text stays. */
function otherHex(text: string): string {
  if (text === '0x') return '0x01';
  if (!/^0x[0-9a-f]+$/i.test(text)) return text;
  const last = Number.parseInt(text.slice(-1), 16);
  return text.slice(0, -1) + ((last + 1) % 16 || 1).toString(16);
}
