import { encode, type Input } from '@ethereumjs/rlp';
import { keccak256 } from 'ox/Hash';
import type { Hex } from 'viem';
import { bytesOf, hexOf } from './fields.ts';

/** Of a trie that holds nothing: `keccak256(rlp(''))`. */
export const EMPTY_ROOT: Hex = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

interface Item {
  readonly path: readonly number[];
  readonly value: Uint8Array;
}

/**
 * Root of the trie that holds each value at the RLP of its position: what a header says of its transactions, receipts
 * and withdrawals. Built from below, so that each node is hashed once; putting one value after the other into a trie
 * of `@ethereumjs/mpt` hashes the path anew for each, which takes five to ten times as long.
 */
export function orderedRoot(values: readonly Uint8Array[]): Hex {
  if (values.length === 0) return EMPTY_ROOT;
  const items = values.map((value, index): Item => ({ path: nibbles(encode(index)), value }));
  return hexOf(keccak256(encode(node(items, 0)), { as: 'Bytes' }));
}

/** The node that holds these items, of which the first `depth` nibbles are the same. */
function node(items: readonly Item[], depth: number): Input[] {
  const [first] = items;
  if (first === undefined) return [];
  if (items.length === 1) return [compactPath(first.path.slice(depth), 'leaf'), first.value];
  const shared = sharedDepth(items, depth);
  if (shared > depth)
    return [compactPath(first.path.slice(depth, shared), 'extension'), reference(node(items, shared))];
  const children: Item[][] = Array.from({ length: 16 }, () => []);
  // No RLP of a position begins another, so that no branch has a value of its own.
  for (const item of items) children[item.path[depth] ?? 0]?.push(item);
  return [...children.map((child) => (child.length === 0 ? '' : reference(node(child, depth + 1)))), ''];
}

/** As its parent holds it: small nodes themselves, others by their hash. */
function reference(child: Input[]): Input {
  const encoded = encode(child);
  return encoded.length < 32 ? child : keccak256(encoded, { as: 'Bytes' });
}

function sharedDepth([first, ...others]: readonly Item[], from: number): number {
  let depth = from;
  while (depth < (first?.path.length ?? 0) && others.every(({ path }) => path[depth] === first?.path[depth]))
    depth++;
  return depth;
}

function nibbles(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte) => [byte >> 4, byte & 15]);
}

/** A path with a first nibble that tells leaves from extensions and odd lengths from even ones. */
function compactPath(path: readonly number[], kind: 'leaf' | 'extension'): Uint8Array {
  const flag = kind === 'leaf' ? 2 : 0;
  const all = path.length % 2 === 0 ? [flag, 0, ...path] : [flag + 1, ...path];
  return bytesOf(`0x${all.map((nibble) => nibble.toString(16)).join('')}`);
}
