import { insert, itemAt, itemsOf, leafOf, type Order, remove, type Tree, treeOf } from './countedTree.ts';

/** When each so many items change one, going through the list once costs less than finding each change's place. */
const REBUILD_ITEMS = 8;
/** Shorter lists are one node. */
const FEW_ITEMS = 32;

/**
 * A list in the order of its items' own, without equals, of which each change makes a new version that shares what did
 * not change. A change and `at` cost the logarithm of the size. A class for the reason that {@link PersistentMap} is.
 */
export class PersistentList<T> implements Iterable<T> {
  readonly #tree: Tree<T>;
  readonly #order: Order<T>;

  /** For this file; others begin with {@link emptyList}. */
  constructor(tree: Tree<T>, order: Order<T>) {
    this.#tree = tree;
    this.#order = order;
  }

  get size(): number {
    return this.#tree.size;
  }

  at(index: number): T | undefined {
    return itemAt(this.#tree, index);
  }

  [Symbol.iterator](): Generator<T, undefined> {
    return itemsOf(this.#tree);
  }

  /** Without the first items, then with the second; each takes the place of its equal. */
  edited(leaving: readonly T[], joining: readonly T[]): PersistentList<T> {
    const many = (leaving.length + joining.length) * REBUILD_ITEMS > this.size + FEW_ITEMS;
    const tree = many ? this.#rebuilt(leaving, joining) : this.#changed(leaving, joining);
    return tree === this.#tree ? this : new PersistentList(tree, this.#order);
  }

  #changed(leaving: readonly T[], joining: readonly T[]): Tree<T> {
    let tree = this.#tree;
    for (const item of leaving) tree = remove(tree, item, this.#order);
    for (const item of joining) tree = insert(tree, item, this.#order);
    return tree;
  }

  #rebuilt(leaving: readonly T[], joining: readonly T[]): Tree<T> {
    const order = this.#order;
    const gone = leaving.toSorted(order);
    let next = 0;
    const kept: T[] = [];
    for (const item of this) {
      while (next < gone.length && order(gone[next] as T, item) < 0) next += 1;
      if (next === gone.length || order(gone[next] as T, item) !== 0) kept.push(item);
    }
    // Two runs in order are merged in one pass; the later of equals is the newer.
    const all = [...kept, ...joining.toSorted(order)].sort(order);
    return treeOf(all.filter((item, at) => at + 1 === all.length || order(item, all[at + 1] as T) !== 0));
  }
}

export function emptyList<T>(order: Order<T>): PersistentList<T> {
  return new PersistentList(leafOf<T>([]), order);
}
