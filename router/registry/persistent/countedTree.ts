/** The nodes of a counted B-tree: items in order, each node knows how many it holds. A change copies its way alone. */

export type Order<T> = (a: T, b: T) => number;

export type Tree<T> = Leaf<T> | Branch<T>;

// Constructors, for the reason that the trie's nodes have them.
class Leaf<T> {
  readonly kind = 'leaf';
  readonly size: number;
  /** Of its items; undefined when there are none, which only a whole tree may be. */
  readonly first: T | undefined;
  readonly items: readonly T[];

  constructor(items: readonly T[]) {
    this.size = items.length;
    this.first = items[0];
    this.items = items;
  }
}

class Branch<T> {
  readonly kind = 'branch';
  readonly size: number;
  readonly first: T | undefined;
  readonly children: readonly Tree<T>[];

  /** The size is known to who makes it: looking at each child for it would be most of a change's cost. */
  constructor(size: number, children: readonly Tree<T>[]) {
    this.size = size;
    this.first = children[0]?.first;
    this.children = children;
  }
}

/** Wide enough to be flat, narrow enough to be copied at each change. */
const MAX_WIDTH = 32;
// Less than half of the greatest, so that one item to and fro does not part and join a node each time.
const MIN_WIDTH = 8;

export function leafOf<T>(items: readonly T[]): Leaf<T> {
  return new Leaf(items);
}

function branchOf<T>(children: readonly Tree<T>[]): Branch<T> {
  return new Branch(
    children.reduce((sum, child) => sum + child.size, 0),
    children,
  );
}

/** @param items in order, without equals */
export function treeOf<T>(items: readonly T[]): Tree<T> {
  let nodes: readonly Tree<T>[] = parts(items).map(leafOf);
  while (nodes.length > 1) nodes = parts(nodes).map(branchOf);
  return nodes[0] ?? leafOf([]);
}

/** As few parts as may be, all about as long. */
function parts<T>(list: readonly T[]): (readonly T[])[] {
  const count = Math.ceil(list.length / MAX_WIDTH);
  return Array.from({ length: count }, (_, part) =>
    list.slice(Math.floor((part * list.length) / count), Math.floor(((part + 1) * list.length) / count)),
  );
}

export function itemAt<T>(tree: Tree<T>, index: number): T | undefined {
  if (!(index < tree.size)) return undefined;
  let rest = index;
  let node = tree;
  while (node.kind === 'branch') {
    let at = 0;
    let child = node.children[0] as Tree<T>;
    while (rest >= child.size) {
      rest -= child.size;
      at += 1;
      child = node.children[at] as Tree<T>;
    }
    node = child;
  }
  return node.items[rest];
}

/** With the item in the place of its equal, if there is one. */
export function insert<T>(tree: Tree<T>, item: T, order: Order<T>): Tree<T> {
  const next = inserted(tree, item, order);
  return widthOf(next) > MAX_WIDTH ? branchOf(split(next)) : next;
}

/** One wider than it may be, when it was full: who asked splits it. */
function inserted<T>(node: Tree<T>, item: T, order: Order<T>): Tree<T> {
  if (node.kind === 'leaf') {
    const at = placeOf(node.items, item, order);
    const equal = at < node.items.length && order(node.items[at] as T, item) === 0;
    return leafOf(equal ? node.items.with(at, item) : node.items.toSpliced(at, 0, item));
  }
  const at = childFor(node, item, order);
  const child = node.children[at] as Tree<T>;
  const next = inserted(child, item, order);
  return new Branch(
    node.size + next.size - child.size,
    widthOf(next) > MAX_WIDTH ? node.children.toSpliced(at, 1, ...split(next)) : node.children.with(at, next),
  );
}

function split<T>(node: Tree<T>): readonly Tree<T>[] {
  return node.kind === 'leaf' ? parts(node.items).map(leafOf) : parts(node.children).map(branchOf);
}

/** Without the item's equal. The same tree when there is none. */
export function remove<T>(tree: Tree<T>, item: T, order: Order<T>): Tree<T> {
  let next = removed(tree, item, order);
  while (next.kind === 'branch' && next.children.length === 1) next = next.children[0] as Tree<T>;
  return next;
}

function removed<T>(node: Tree<T>, item: T, order: Order<T>): Tree<T> {
  if (node.kind === 'leaf') {
    const at = placeOf(node.items, item, order);
    if (at === node.items.length || order(node.items[at] as T, item) !== 0) return node;
    return leafOf(node.items.toSpliced(at, 1));
  }
  const at = childFor(node, item, order);
  const child = node.children[at] as Tree<T>;
  const next = removed(child, item, order);
  if (next === child) return node;
  return new Branch(
    node.size - 1,
    widthOf(next) < MIN_WIDTH ? joined(node.children, at, next) : node.children.with(at, next),
  );
}

/** The children with a narrow one joined to a neighbour; two nodes again if that grew too wide. */
function joined<T>(children: readonly Tree<T>[], at: number, narrow: Tree<T>): readonly Tree<T>[] {
  const begin = Math.max(at - 1, 0);
  const [left, right] = children.with(at, narrow).slice(begin, begin + 2);
  return left && right ? children.toSpliced(begin, 2, ...split(merged(left, right))) : [narrow];
}

/** Neighbours are of one kind. */
function merged<T>(left: Tree<T>, right: Tree<T>): Tree<T> {
  if (left.kind === 'leaf' && right.kind === 'leaf') return leafOf([...left.items, ...right.items]);
  const children = [left, right].flatMap((node) => (node.kind === 'branch' ? node.children : []));
  return branchOf(children);
}

function widthOf<T>(node: Tree<T>): number {
  return node.kind === 'leaf' ? node.items.length : node.children.length;
}

export function* itemsOf<T>(tree: Tree<T>): Generator<T, undefined> {
  const waiting: Tree<T>[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'leaf') yield* node.items;
    else for (let at = node.children.length - 1; at >= 0; at--) waiting.push(node.children[at] as Tree<T>);
  }
}

/** Before the first item that is not before this one. */
function placeOf<T>(items: readonly T[], item: T, order: Order<T>): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(items[middle] as T, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last child that begins at or before the item; the first when none does. */
function childFor<T>({ children }: Branch<T>, item: T, order: Order<T>): number {
  let [low, high] = [0, children.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (order(children[middle]?.first as T, item) <= 0) low = middle;
    else high = middle - 1;
  }
  return low;
}
