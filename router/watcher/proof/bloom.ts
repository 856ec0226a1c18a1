import { keccak256 } from 'ox/Hash';
import type { Hex } from 'viem';
import { bytesOf, hexOf } from './fields.ts';

const BLOOM_BYTES = 256;

type Bit = readonly [byte: number, bit: number];

/**
 * Makes the bloom filters of a block's receipts: three bits for each account and topic of their logs. Most of these
 * come in many of the block's logs, and are hashed once.
 */
export function createLogsBloom(): (items: Iterable<Hex>) => Hex {
  const known = new Map<Hex, readonly Bit[]>();
  return (items) => {
    const bloom = new Uint8Array(BLOOM_BYTES);
    for (const item of items) {
      const bits = known.get(item) ?? bitsOf(item);
      known.set(item, bits);
      for (const [byte, bit] of bits) bloom[byte] = (bloom[byte] ?? 0) | bit;
    }
    return hexOf(bloom);
  };
}

/** Asks a bloom whether an account or topic may be in it. "No" is certain. */
export function bloomReader(bloom: Hex): (item: Hex) => boolean {
  const bytes = bytesOf(bloom);
  return (item) => bitsOf(item).every(([byte, bit]) => ((bytes[byte] ?? 0) & bit) !== 0);
}

function bitsOf(item: Hex): readonly Bit[] {
  const digest = keccak256(bytesOf(item), { as: 'Bytes' });
  return [0, 2, 4].map((at) => {
    const bit = (((digest[at] ?? 0) << 8) | (digest[at + 1] ?? 0)) & 0x7ff;
    return [BLOOM_BYTES - 1 - (bit >> 3), 1 << (bit & 7)];
  });
}
