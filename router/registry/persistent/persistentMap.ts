import { type Branch, compare, drop, type Edit, emptyBranch, find, leavesOf, put } from './trie.ts';

export interface Difference<K, V> {
  readonly key: K;
  /** Undefined when the key is new. */
  readonly before: V | undefined;
  /** Undefined when the key is gone. */
  readonly after: V | undefined;
}

/** Makes one version of many changes. */
export interface MapBuilder<K extends string, V> {
  size(): number;
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  delete(key: K): void;
  /** The map as it is now; what the builder changes later is in none that it gave out. */
  build(): PersistentMap<K, V>;
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
    return this.#next(put(this.#root, edit, { kind: 'leaf', hash: this.#hash(key), key, value }), edit);
  }

  /** The same map when the key is not there. */
  delete(key: K): PersistentMap<K, V> {
    const edit: Edit = { size: this.#size };
    return this.#next(drop(this.#root, edit, this.#hash(key), key), edit);
  }

  /** For many changes at once: what it made itself, a builder need not copy again. */
  builder(): MapBuilder<K, V> {
    const hash = this.#hash;
    let built: PersistentMap<K, V> = this;
    let root = this.#root;
    let edit: Edit = { size: this.#size };
    return {
      size: () => edit.size,
      get: (key) => find(root, hash(key), key)?.value,
      set(key, value) {
        root = put(root, edit, { kind: 'leaf', hash: hash(key), key, value });
      },
      delete(key) {
        root = drop(root, edit, hash(key), key);
      },
      build() {
        built = built.#next(root, edit);
        edit = { size: edit.size };
        return built;
      },
    };
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

  #next(root: Branch<K, V>, { size }: Edit): PersistentMap<K, V> {
    return root === this.#root ? this : new PersistentMap(root, size, this.#hash);
  }
}

/** @param hash 32 bits of a key; keys of one hash are told apart all the same. */
export function emptyMap<K extends string, V>(hash: Hash = hashText): PersistentMap<K, V> {
  return new PersistentMap<K, V>(emptyBranch({ size: 0 }), 0, hash);
}

/** FNV-1a over the code units, its bits mixed at the end as the trie begins with the low ones. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
