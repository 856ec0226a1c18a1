import { Branch, compare, type Edit, find, Leaf, leavesOf } from './trie.ts';
import { drop, put } from './trieChange.ts';

export interface Difference<K, V> {
  readonly key: K;
  /** Undefined when the key is new. */
  readonly before: V | undefined;
  /** Undefined when the key is gone. */
  readonly after: V | undefined;
}

type Hash = (key: string) => number;

/**
 * A map of which each change makes a new version that shares what did not change; the old one stays as it was. A
 * change and a look-up cost the depth of the trie, at most seven branches. Its order is that of the keys' hashes,
 * whatever the history. A class, as there are as many as providers: their methods must not be as many.
 */
export class PersistentMap<K extends string, V> implements ReadonlyMap<K, V> {
  readonly #root: Branch<K, V>;
  readonly #size: number;
  readonly #hash: Hash;

  /** For this file; others begin with {@link emptyMap}. */
  constructor(root: Branch<K, V>, size: number, hash: Hash) {
    this.#root = root;
    this.#size = size;
    this.#hash = hash;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    return find(this.#root, this.#hash(key), key)?.value;
  }

  has(key: K): boolean {
    return find(this.#root, this.#hash(key), key) !== undefined;
  }

  /** The same map when the key has that very value. */
  set(key: K, value: V): PersistentMap<K, V> {
    const edit: Edit = { size: this.#size };
    return this.next(put(this.#root, edit, new Leaf(this.#hash(key), key, value)), edit);
  }

  /** The same map when the key is not there. */
  delete(key: K): PersistentMap<K, V> {
    const edit: Edit = { size: this.#size };
    return this.next(drop(this.#root, edit, this.#hash(key), key), edit);
  }

  builder(): MapBuilder<K, V> {
    return new MapBuilder(this, this.#root, this.#hash);
  }

  /** What makes `before` this map, when both began as one; costs what is not shared. */
  differences(before: PersistentMap<K, V>): Difference<K, V>[] {
    const found: Difference<K, V>[] = [];
    compare(before.#root, this.#root, (was, is) => {
      const leaf = was ?? is;
      if (leaf) found.push({ key: leaf.key, before: was?.value, after: is?.value });
    });
    return found;
  }

  forEach(callback: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const { key, value } of leavesOf(this.#root)) callback(value, key, this);
  }

  *entries(): Generator<[K, V], undefined> {
    for (const { key, value } of leavesOf(this.#root)) yield [key, value];
  }

  *keys(): Generator<K, undefined> {
    for (const { key } of leavesOf(this.#root)) yield key;
  }

  *values(): Generator<V, undefined> {
    for (const { value } of leavesOf(this.#root)) yield value;
  }

  [Symbol.iterator](): Generator<[K, V], undefined> {
    return this.entries();
  }

  /** For this file. */
  next(root: Branch<K, V>, { size }: Edit): PersistentMap<K, V> {
    return root === this.#root ? this : new PersistentMap(root, size, this.#hash);
  }
}

/** For many changes at once: what it made itself it need not copy again. */
export class MapBuilder<K extends string, V> {
  #built: PersistentMap<K, V>;
  #root: Branch<K, V>;
  #edit: Edit;
  readonly #hash: Hash;

  /** For this file; others ask a map for its builder. */
  constructor(base: PersistentMap<K, V>, root: Branch<K, V>, hash: Hash) {
    this.#built = base;
    this.#root = root;
    this.#edit = { size: base.size };
    this.#hash = hash;
  }

  get size(): number {
    return this.#edit.size;
  }

  get(key: K): V | undefined {
    return find(this.#root, this.#hash(key), key)?.value;
  }

  set(key: K, value: V): void {
    this.#root = put(this.#root, this.#edit, new Leaf(this.#hash(key), key, value));
  }

  delete(key: K): void {
    this.#root = drop(this.#root, this.#edit, this.#hash(key), key);
  }

  /** The map as it is now; what the builder changes later is in none that it gave out. */
  build(): PersistentMap<K, V> {
    this.#built = this.#built.next(this.#root, this.#edit);
    this.#edit = { size: this.#edit.size };
    return this.#built;
  }
}

/** @param hash 32 bits of a key; keys of one hash are told apart all the same. */
export function emptyMap<K extends string, V>(hash: Hash = hashText): PersistentMap<K, V> {
  return new PersistentMap<K, V>(new Branch({ size: 0 }, 0, []), 0, hash);
}

/** FNV-1a over the code units, its bits mixed at the end as the trie begins with the low ones. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
