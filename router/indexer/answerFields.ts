import type { Hex } from '../registry/providerSet.ts';

const NUMBER = /^0x[0-9a-f]{1,16}$/i;
const HASH = /^0x[0-9a-f]{64}$/i;
const ADDRESS = /^0x[0-9a-f]{40}$/i;
const BYTES = /^0x(?:[0-9a-f]{2})*$/i;

/** Of a field that holds a height, a time or an index; undefined when it holds none. */
export function numberOf(value: unknown): bigint | undefined {
  return typeof value === 'string' && NUMBER.test(value) ? BigInt(value) : undefined;
}

// In lower case, so that nodes that write them otherwise say the same.

export function hashOf(value: unknown): Hex | undefined {
  return hexOf(value, HASH);
}

export function addressOf(value: unknown): Hex | undefined {
  return hexOf(value, ADDRESS);
}

export function bytesOf(value: unknown): Hex | undefined {
  return hexOf(value, BYTES);
}

function hexOf(value: unknown, shape: RegExp): Hex | undefined {
  return typeof value === 'string' && shape.test(value) ? (value.toLowerCase() as Hex) : undefined;
}
