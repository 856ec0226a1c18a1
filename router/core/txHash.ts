import { keccak256 } from 'ox/Hash';
import type { Hex } from 'viem';
import { decodeString, jsonKind, type RawJson, rawElements } from './rawJson.ts';

/**
 * Hash of the signed transaction that `eth_sendRawTransaction` carries; undefined when the parameters hold none. What
 * it says about a transaction that is not valid means nothing: no node takes it.
 */
export function rawTransactionHash(params: RawJson | undefined): Hex | undefined {
  const raw = params === undefined ? undefined : rawElements(params)?.[0];
  if (raw === undefined || jsonKind(raw) !== 'string') return undefined;
  const text = decodeString(raw);
  if (!/^0x(?:[0-9a-fA-F]{2})+$/.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(2), 'hex');
  return keccak256(bytes[0] === BLOB_TYPE ? withoutSidecar(bytes) : bytes, { as: 'Hex' });
}

const BLOB_TYPE = 0x03;

/** A blob transaction travels as `3 ‖ rlp([transaction, blobs, …])` and is hashed as `3 ‖ rlp(transaction)`. */
function withoutSidecar(bytes: Uint8Array): Uint8Array {
  const outer = listAt(bytes, 1);
  const inner = outer && listAt(bytes, outer.start);
  return inner ? Uint8Array.from([BLOB_TYPE, ...bytes.subarray(inner.at, inner.end)]) : bytes;
}

/** The RLP list that begins at `at`: where its items start and it ends; undefined when there is none. */
function listAt(bytes: Uint8Array, at: number): { at: number; start: number; end: number } | undefined {
  const prefix = bytes[at];
  if (prefix === undefined || prefix < 0xc0) return undefined;
  if (prefix <= 0xf7) return { at, start: at + 1, end: at + 1 + prefix - 0xc0 };
  const start = at + 1 + prefix - 0xf7;
  const length = bytes.subarray(at + 1, start).reduce((sum, byte) => sum * 256 + byte, 0);
  return { at, start, end: start + length };
}
