import { keccak256 as keccak } from 'ox/Hash';
import type { Hex } from 'viem';
import type { Likeness } from './verdict.ts';

/** A field's text in its one normal form; undefined when it has none. */
export type Reader = (value: unknown) => Hex | undefined;

// More items than any block can hold at today's gas limits. Encoding spreads a list over the stack.
const MAX_ITEMS = 20_000;

const QUANTITY = /^0x[0-9a-f]{1,64}$/i;
const NOT_HEX = /[^0-9a-f]/i;

/** A number without leading zeros: not all nodes are strict about them. */
export function quantity(value: unknown): Hex | undefined {
  if (typeof value !== 'string' || !QUANTITY.test(value)) return undefined;
  const digits = value.slice(2).replace(/^0+/, '').toLowerCase();
  return `0x${digits === '' ? '0' : digits}`;
}

/** Bytes in lower case. */
export function data(value: unknown): Hex | undefined {
  if (typeof value !== 'string' || value.length % 2 !== 0 || !value.startsWith('0x')) return undefined;
  const digits = value.slice(2);
  return NOT_HEX.test(digits) ? undefined : `0x${digits.toLowerCase()}`;
}

export function dataOf(bytes: number): Reader {
  const length = 2 + 2 * bytes;
  return (value) => (typeof value === 'string' && value.length === length ? data(value) : undefined);
}

export const hash = dataOf(32);
export const address = dataOf(20);

/** An account, or `0x` for none: a transaction that creates a contract has no recipient. */
export function recipient(value: unknown): Hex | undefined {
  return value === null ? '0x' : address(value);
}

/** A storage slot or its value as 32 bytes, as which nodes write it or as a number. */
export function word(value: unknown): Hex | undefined {
  const digits = quantity(value)?.slice(2);
  return digits === undefined ? undefined : `0x${digits.padStart(64, '0')}`;
}

export function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

export function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) && value.length <= MAX_ITEMS ? value : undefined;
}

/** Each item read, or undefined when one cannot be. */
export function listOf<Item>(
  value: unknown,
  read: (item: unknown) => Item | undefined,
): readonly Item[] | undefined {
  const items: Item[] = [];
  for (const item of list(value) ?? [undefined]) {
    const known = read(item);
    if (known === undefined) return undefined;
    items.push(known);
  }
  return items;
}

export function likeness(read: Reader, value: unknown, truth: Hex): Likeness {
  const text = read(value);
  if (text === undefined) return 'missing';
  return text === truth ? 'same' : 'other';
}

/** Of a field that a node may leave out. */
export function likenessIfGiven(read: Reader, value: unknown, truth: Hex): Likeness {
  return value === undefined || value === null ? 'same' : likeness(read, value, truth);
}

export function bytesOf(text: Hex): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

/** As RLP writes numbers: without leading zeros, and zero as nothing. */
export function bytesOfQuantity(text: Hex): Uint8Array {
  const digits = text.slice(2);
  if (digits === '0') return new Uint8Array();
  return bytesOf(digits.length % 2 === 0 ? text : `0x0${digits}`);
}

export function hexOf(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}

/** The quantity that RLP writes as these bytes; undefined when they are none. */
export function quantityOf(bytes: Uint8Array): Hex | undefined {
  if (bytes.length > 32 || bytes[0] === 0) return undefined;
  return quantity(bytes.length === 0 ? '0x0' : hexOf(bytes));
}

export function quantityText(value: number | bigint): Hex {
  return `0x${value.toString(16)}`;
}

export function keccak256(bytes: Uint8Array): Hex {
  return keccak(bytes, { as: 'Hex' });
}
