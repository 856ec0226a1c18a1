import { encode, type Input } from '@ethereumjs/rlp';
import { recoverAddress } from 'ox/Secp256k1';
import type { Hex } from 'viem';
import { address, bytesOf, keccak256, record } from './fields.ts';
import { type FieldValue, readFields, transactionForm, transactionType } from './transactionForm.ts';

/** A transaction that a block holds. */
export interface Transaction {
  readonly type: Hex;
  readonly hash: Hex;
  /** As its block and its hash commit to it. */
  readonly encoding: Uint8Array;
  /** By name, in their normal forms, in the order of the encoding. */
  readonly fields: ReadonlyMap<string, FieldValue>;
  /** Who signed it, recovered when first asked for, as that takes about a millisecond. */
  sender(): Hex | undefined;
}

/** A transaction as nodes answer it; undefined when it is of an unknown type or lacks a field that its hash covers. */
export function readTransaction(answer: unknown): Transaction | undefined {
  const given = record(answer);
  const type = given && transactionType(given.type);
  const form = type && transactionForm(type);
  const fields = form && readFields(given, form);
  if (type === undefined || fields === undefined) return undefined;
  const encoding = encodingOf(type, [...fields.values()].map(rlpOf));
  let sender: Hex | undefined | 'unasked' = 'unasked';
  return {
    type,
    encoding,
    hash: keccak256(encoding),
    fields,
    sender() {
      if (sender === 'unasked') sender = senderOf(type, fields);
      return sender;
    },
  };
}

function encodingOf(type: Hex, items: Input[]): Uint8Array {
  const list = encode(items);
  return type === '0x0' ? list : new Uint8Array([Number(type), ...list]);
}

function rlpOf({ rlp }: FieldValue): Input {
  return rlp;
}

function senderOf(type: Hex, fields: ReadonlyMap<string, FieldValue>): Hex | undefined {
  const items = [...fields.values()].map(rlpOf).slice(0, -3);
  const [parityOrV, r, s] = ['yParity', 'r', 's'].map((name) => numberOf(fields, name));
  const v = type === '0x0' ? numberOf(fields, 'v') : parityOrV;
  if (v === undefined || r === undefined || s === undefined) return undefined;
  // EIP-155: a chain's id is part of what is signed, and is in `v`.
  if (type === '0x0' && v >= 35n) items.push((v - 35n) / 2n, '', '');
  const yParity = type === '0x0' ? Number((v + 1n) % 2n) : Number(v);
  try {
    const payload = keccak256(encodingOf(type, items));
    return address(recoverAddress({ payload: bytesOf(payload), signature: { r, s, yParity } }));
  } catch {
    // Some networks let transactions of their own into blocks that nobody signed.
    return undefined;
  }
}

function numberOf(fields: ReadonlyMap<string, FieldValue>, name: string): bigint | undefined {
  const text = fields.get(name)?.text;
  return text === undefined ? undefined : BigInt(text);
}
