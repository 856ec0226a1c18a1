import { verifyMerkleProof } from '@ethereumjs/mpt';
import type { Hex } from 'viem';
import { bytesOf, data, keccak256, listOf } from './fields.ts';
import { EMPTY_ROOT } from './orderedRoot.ts';

// A path has 64 nibbles, and a branch of 16 hashes is the largest node.
const MAX_NODES = 65;
const MAX_NODE_BYTES = 1024;

/**
 * What a trie with keys by their hash (state or storage) holds at a key: its value, `absent` when the nodes prove that
 * it holds nothing there, undefined when they prove neither.
 *
 * @param nodes Of an `eth_getProof` answer.
 */
export async function provenValue(
  root: Hex,
  key: Hex,
  nodes: unknown,
): Promise<Uint8Array | 'absent' | undefined> {
  // No node is needed, and clients differ in what they send.
  if (root === EMPTY_ROOT) return 'absent';
  const proof = listOf(nodes, nodeBytes);
  if (proof === undefined || proof.length === 0 || proof.length > MAX_NODES) return undefined;
  try {
    // Nodes are looked up by their hash from the root on: those that do not belong to the trie are never even decoded.
    const path = bytesOf(keccak256(bytesOf(key)));
    return (await verifyMerkleProof(path, [...proof], { root: bytesOf(root) })) ?? 'absent';
  } catch {
    // Its one error says that the nodes do not lead from the root to the key's place.
    return undefined;
  }
}

function nodeBytes(value: unknown): Uint8Array | undefined {
  const text = typeof value === 'string' && value.length <= 2 + 2 * MAX_NODE_BYTES ? data(value) : undefined;
  return text === undefined ? undefined : bytesOf(text);
}
