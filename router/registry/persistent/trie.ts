/**
 * The nodes of a hash trie: five bits of a key's hash choose the slot at each depth. The same entries make the same
 * nodes whatever the history, so that equal maps have one order. A change copies the branches on its way alone.
 */

/**
 * The version in the making. It may alter the branches that carry it, as nobody else knows them yet; all others are
 * copied first.
 */
export interface Edit {
  /** Entries so far. */
  size: number;
}

/*
 * The nodes have constructors. Of what one literal makes, V8 learns how long it lives, and the many of a first load
 * live long: it would make all later ones among the old, where those that no version holds keep others alive.
 */

export class Leaf<K, V> {
  readonly kind = 'leaf';
  readonly hash: number;
  readonly key: K;
  readonly value: V;

  constructor(hash: number, key: K, value: V) {
    this.hash = hash;
    this.key = key;
    this.value = value;
  }
}

/** Keys of one hash, in their order. Searched in turn: 32 equal bits are dear to find, and each costs a transaction. */
class Bucket<K, V> {
  readonly kind = 'bucket';
  readonly hash: number;
  readonly leaves: readonly Leaf<K, V>[];

  constructor(hash: number, leaves: readonly Leaf<K, V>[]) {
    this.hash = hash;
    this.leaves = leaves;
  }
}

export class Branch<K, V> {
  readonly kind = 'branch';
  readonly edit: Edit;
  /** Which of the 32 slots are taken. */
  bitmap: number;
  /** The taken ones. */
  slots: readonly Slot<K, V>[];

  constructor(edit: Edit, bitmap: number, slots: readonly Slot<K, V>[]) {
    this.edit = edit;
    this.bitmap = bitmap;
    this.slots = slots;
  }
}

type Slot<K, V> = Leaf<K, V> | Bucket<K, V> | Branch<K, V>;

const BITS = 5;
const MASK = 31;

export function find<K, V>(root: Branch<K, V>, hash: number, key: K): Leaf<K, V> | undefined {
  return findIn(root, 0, hash, key);
}

function findIn<K, V>(from: Slot<K, V>, depth: number, hash: number, key: K): Leaf<K, V> | undefined {
  let slot: Slot<K, V> | undefined = from;
  for (let shift = depth; slot !== undefined; shift += BITS) {
    if (slot.kind === 'leaf') return slot.key === key ? slot : undefined;
    if (slot.kind === 'bucket') return slot.leaves.find((leaf) => leaf.key === key);
    slot = slotAt(slot, bitOf(hash, shift));
  }
  return undefined;
}

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

/** The leaves, without recursion: a generator in a generator would cost its depth for each. */
export function* leavesOf<K, V>(root: Slot<K, V>): Generator<Leaf<K, V>, undefined> {
  const waiting: Slot<K, V>[] = [root];
  for (let slot = waiting.pop(); slot !== undefined; slot = waiting.pop()) {
    if (slot.kind === 'leaf') yield slot;
    else if (slot.kind === 'bucket') yield* slot.leaves;
    else for (let at = slot.slots.length - 1; at >= 0; at--) waiting.push(slot.slots[at] as Slot<K, V>);
  }
}

/** Calls back with the leaves of one key whose values differ. What both share is passed over. */
export function compare<K, V>(
  before: Slot<K, V> | undefined,
  after: Slot<K, V> | undefined,
  differ: (before: Leaf<K, V> | undefined, after: Leaf<K, V> | undefined) => void,
  shift = 0,
): void {
  if (before === after) return;
  if (before?.kind === 'branch' && after?.kind === 'branch') {
    for (let taken = before.bitmap | after.bitmap; taken !== 0; taken &= taken - 1) {
      const bit = taken & -taken;
      compare(slotAt(before, bit), slotAt(after, bit), differ, shift + BITS);
    }
    return;
  }
  for (const leaf of before === undefined ? [] : leavesOf(before)) {
    const other = after && findIn(after, shift, leaf.hash, leaf.key);
    if (other === undefined || !Object.is(leaf.value, other.value)) differ(leaf, other);
  }
  for (const leaf of after === undefined ? [] : leavesOf(after)) {
    if (before === undefined || findIn(before, shift, leaf.hash, leaf.key) === undefined)
      differ(undefined, leaf);
  }
}

function bitOf(hash: number, shift: number): number {
  return 1 << ((hash >>> shift) & MASK);
}

function slotAt<K, V>(branch: Branch<K, V>, bit: number): Slot<K, V> | undefined {
  return (branch.bitmap & bit) === 0 ? undefined : branch.slots[indexOf(branch.bitmap, bit)];
}

/** How many taken slots stand before the bit's. */
function indexOf(bitmap: number, bit: number): number {
  let count = bitmap & (bit - 1);
  count -= (count >>> 1) & 0x55555555;
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  count = (count + (count >>> 4)) & 0x0f0f0f0f;
  return Math.imul(count, 0x01010101) >>> 24;
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
