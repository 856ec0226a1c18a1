/** What belongs to combinations of label values, found by them one after the other: no key is built for it. */
export interface LabelTree<Leaf> {
  /** Made when there is none yet. */
  at(...labels: readonly string[]): Leaf;
  /** Drops all whose labels begin with these. */
  remove(...labels: readonly string[]): void;
  entries(): Iterable<readonly [labels: readonly string[], leaf: Leaf]>;
}

interface Node<Leaf> {
  readonly children: Map<string, Node<Leaf>>;
  leaf: Leaf | undefined;
}

export function createLabelTree<Leaf>(create: () => Leaf): LabelTree<Leaf> {
  const root: Node<Leaf> = { children: new Map(), leaf: undefined };

  function* walk(node: Node<Leaf>, labels: readonly string[]): Generator<readonly [readonly string[], Leaf]> {
    if (node.leaf !== undefined) yield [labels, node.leaf];
    for (const [label, child] of node.children) yield* walk(child, [...labels, label]);
  }

  return {
    at(...labels) {
      let node = root;
      for (const label of labels) {
        let child = node.children.get(label);
        if (child === undefined) {
          child = { children: new Map(), leaf: undefined };
          node.children.set(label, child);
        }
        node = child;
      }
      node.leaf ??= create();
      return node.leaf;
    },
    remove(...labels) {
      const last = labels.at(-1);
      if (last === undefined) return;
      let node: Node<Leaf> | undefined = root;
      for (const label of labels.slice(0, -1)) node = node?.children.get(label);
      node?.children.delete(last);
    },
    entries: () => walk(root, []),
  };
}
