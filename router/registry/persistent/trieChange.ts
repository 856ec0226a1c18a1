import { BITS, Branch, Bucket, bitOf, type Edit, indexOf, type Leaf, type Slot, slotAt } from './trie.ts';

/** With the leaf in place of its key's. The same branch when nothing changes, or when it is `edit`'s own. */
export function put<K extends string, V>(
  branch: Branch<K, V>,
  edit: Edit,
  leaf: Leaf<K, V>,
  shift = 0,
): Branch<K, V> {
  const bit = bitOf(leaf.hash, shift);
  const slot = slotAt(branch, bit);
  if (slot === undefined) {
    edit.size += 1;
    const at = indexOf(branch.bitmap, bit);
    return altered(branch, edit, branch.bitmap | bit, branch.slots.toSpliced(at, 0, leaf));
  }
  const next = putInto(slot, edit, leaf, shift + BITS);
  return next === slot ? branch : withSlot(branch, edit, bit, next);
}

function putInto<K extends string, V>(
  slot: Slot<K, V>,
  edit: Edit,
  leaf: Leaf<K, V>,
  shift: number,
): Slot<K, V> {
  if (slot.kind === 'branch') return put(slot, edit, leaf, shift);
  if (slot.kind === 'leaf' && slot.key === leaf.key) return Object.is(slot.value, leaf.value) ? slot : leaf;
  if (slot.hash !== leaf.hash) {
    edit.size += 1;
    return parted(slot, leaf, edit, shift);
  }
  const leaves = slot.kind === 'leaf' ? [slot] : slot.leaves;
  const held = leaves.find(({ key }) => key === leaf.key);
  if (held !== undefined && Object.is(held.value, leaf.value)) return slot;
  if (held === undefined) edit.size += 1;
  const others = leaves.filter((other) => other !== held);
  return new Bucket(
    leaf.hash,
    [...others, leaf].sort((a, b) => (a.key < b.key ? -1 : 1)),
  );
}

/** As many branches as it takes to tell two hashes apart. */
function parted<K, V>(a: Leaf<K, V> | Bucket<K, V>, b: Leaf<K, V>, edit: Edit, shift: number): Branch<K, V> {
  const [bitA, bitB] = [bitOf(a.hash, shift), bitOf(b.hash, shift)];
  if (bitA === bitB) return new Branch(edit, bitA, [parted(a, b, edit, shift + BITS)]);
  // Unsigned, as the 32nd bit makes a number negative.
  return new Branch(edit, bitA | bitB, bitA >>> 0 < bitB >>> 0 ? [a, b] : [b, a]);
}

/** Without the key. The same branch when it is not there. */
export function drop<K, V>(branch: Branch<K, V>, edit: Edit, hash: number, key: K, shift = 0): Branch<K, V> {
  const bit = bitOf(hash, shift);
  const slot = slotAt(branch, bit);
  if (slot === undefined) return branch;
  const next = dropFrom(slot, edit, hash, key, shift + BITS);
  if (next === slot) return branch;
  if (next !== undefined) return withSlot(branch, edit, bit, next);
  return altered(branch, edit, branch.bitmap & ~bit, branch.slots.toSpliced(indexOf(branch.bitmap, bit), 1));
}

function dropFrom<K, V>(
  slot: Slot<K, V>,
  edit: Edit,
  hash: number,
  key: K,
  shift: number,
): Slot<K, V> | undefined {
  if (slot.kind === 'branch') return lifted(drop(slot, edit, hash, key, shift));
  const leaves = slot.kind === 'leaf' ? [slot] : slot.leaves;
  const others = leaves.filter((leaf) => leaf.key !== key);
  if (others.length === leaves.length) return slot;
  edit.size -= 1;
  return others.length > 1 ? new Bucket(slot.hash, others) : others[0];
}

/** What is alone in a branch stands in its place; a branch cannot, as its depth counts. */
function lifted<K, V>(branch: Branch<K, V>): Slot<K, V> {
  const [only] = branch.slots;
  return branch.slots.length === 1 && only !== undefined && only.kind !== 'branch' ? only : branch;
}

function withSlot<K, V>(branch: Branch<K, V>, edit: Edit, bit: number, slot: Slot<K, V>): Branch<K, V> {
  const slots = branch.slots.slice();
  slots[indexOf(branch.bitmap, bit)] = slot;
  return altered(branch, edit, branch.bitmap, slots);
}

function altered<K, V>(
  branch: Branch<K, V>,
  edit: Edit,
  bitmap: number,
  slots: readonly Slot<K, V>[],
): Branch<K, V> {
  if (branch.edit !== edit) return new Branch(edit, bitmap, slots);
  branch.bitmap = bitmap;
  branch.slots = slots;
  return branch;
}
