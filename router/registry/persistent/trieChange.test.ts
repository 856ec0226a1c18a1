import { expect, it } from 'vitest';
import { hashText } from './persistentMap.ts';
import { Branch, find, Leaf, type Slot } from './trie.ts';
import { drop, put } from './trieChange.ts';

type Root = Branch<string, number>;

function trieOf(size: number): Root {
  const edit = { size: 0 };
  let root: Root = new Branch(edit, 0, []);
  for (let index = 0; index < size; index++) root = put(root, edit, leaf(`key-${index}`, index));
  return root;
}

function leaf(key: string, value: number): Leaf<string, number> {
  return new Leaf(hashText(key), key, value);
}

function nodesOf(root: Root, nodes = new Set<Slot<string, number>>()): Set<Slot<string, number>> {
  nodes.add(root);
  for (const slot of root.slots) {
    if (slot.kind === 'branch') nodesOf(slot, nodes);
    else nodes.add(slot);
  }
  return nodes;
}

// 32 bits are seven digits; a new key may part two leaves, a gone one join them: that makes one more.
const MOST_NEW_NODES = 8;

it.each([10, 1_000, 30_000])('makes as many nodes for one change among %i as the trie is deep', (size) => {
  const root = trieOf(size);
  const before = nodesOf(root);
  const key = `key-${size - 1}`;
  const edits: Root[] = [
    put(root, { size }, leaf(key, -1)),
    put(root, { size }, leaf('new', -1)),
    drop(root, { size }, hashText(key), key),
  ];
  for (const edited of edits) {
    const made = nodesOf(edited).difference(before);
    expect(made.size).toBeGreaterThan(0);
    expect(made.size).toBeLessThanOrEqual(MOST_NEW_NODES);
  }
  expect(find(root, hashText(key), key)?.value).toBe(size - 1);
  expect(nodesOf(root)).toEqual(before);
});

it('alters in place what the same edit made, and nothing else', () => {
  const root = trieOf(1_000);
  const edit = { size: 1_000 };
  const first = put(root, edit, leaf('key-1', -1));
  const copied = nodesOf(first).difference(nodesOf(root));
  expect(first).not.toBe(root);
  const second = put(first, edit, leaf('key-1', -2));
  expect(second).toBe(first);
  // The same branches, and another leaf.
  expect(nodesOf(second).difference(nodesOf(root)).difference(copied).size).toBe(1);
  expect(find(root, hashText('key-1'), 'key-1')?.value).toBe(1);
});

it('is as deep as its entries need, whatever was in it', () => {
  const edit = { size: 1_000 };
  let root = trieOf(1_000);
  for (let index = 3; index < 1_000; index++)
    root = drop(root, edit, hashText(`key-${index}`), `key-${index}`);
  expect(edit.size).toBe(3);
  expect(root).toStrictEqual(expect.objectContaining({ slots: trieOf(3).slots }));
});
