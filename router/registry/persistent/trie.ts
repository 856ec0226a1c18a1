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
export class Bucket<K, V> {
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

export type Slot<K, V> = Leaf<K, V> | Bucket<K, V> | Branch<K, V>;

export const BITS = 5;
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

export function bitOf(hash: number, shift: number): number {
  return 1 << ((hash >>> shift) & MASK);
}

export function slotAt<K, V>(branch: Branch<K, V>, bit: number): Slot<K, V> | undefined {
  return (branch.bitmap & bit) === 0 ? undefined : branch.slots[indexOf(branch.bitmap, bit)];
}

/** How many taken slots stand before the bit's. */
export function indexOf(bitmap: number, bit: number): number {
  let count = bitmap & (bit - 1);
  count -= (count >>> 1) & 0x55555555;
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  count = (count + (count >>> 4)) & 0x0f0f0f0f;
  return Math.imul(count, 0x01010101) >>> 24;
}
