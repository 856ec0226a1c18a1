import { expect, it } from 'vitest';
import { insert, itemsOf, remove, type Tree, treeOf } from './countedTree.ts';

const order = (a: number, b: number) => a - b;

function nodesOf(tree: Tree<number>, nodes = new Set<Tree<number>>()): Set<Tree<number>> {
  nodes.add(tree);
  if (tree.kind === 'branch') for (const child of tree.children) nodesOf(child, nodes);
  return nodes;
}

/** Checks on its way that all leaves are equally deep and no node is too wide or, but for the whole, too narrow. */
function depthOf(tree: Tree<number>, least = 1): number {
  const width = tree.kind === 'branch' ? tree.children.length : tree.items.length;
  expect(width).toBeGreaterThanOrEqual(least);
  expect(width).toBeLessThanOrEqual(32);
  const depths = tree.kind === 'branch' ? tree.children.map((child) => depthOf(child, 8)) : [0];
  expect(new Set(depths).size).toBe(1);
  return 1 + Math.max(...depths);
}

function even(count: number): number[] {
  return Array.from({ length: count }, (_, index) => 2 * index);
}

it.each([10, 1_000, 100_000])('makes at most two nodes a level for one change among %i', (size) => {
  const tree = treeOf(even(size));
  const before = nodesOf(tree);
  const depth = depthOf(tree);
  for (const edited of [insert(tree, size + 1, order), remove(tree, 2 * (size >> 2), order)]) {
    expect(Math.abs(edited.size - size)).toBe(1);
    expect(nodesOf(edited).difference(before).size).toBeLessThanOrEqual(2 * depth + 1);
  }
  // No wider than 32: 100,000 items are four levels.
  expect(depth).toBe(Math.max(1, Math.ceil(Math.log(size) / Math.log(32))));
});

it.each(['up', 'down', 'inside out'])('stays even when it grows and shrinks, %s', (way) => {
  const ranks = Array.from({ length: 3_000 }, (_, index) => {
    if (way === 'up') return index;
    return way === 'down' ? -index : index % 2 === 0 ? index : -index;
  });
  const grown = ranks.reduce((tree, rank) => insert(tree, rank, order), treeOf<number>([]));
  expect([...itemsOf(grown)]).toEqual(ranks.toSorted(order));
  // At the worst half full.
  expect(depthOf(grown)).toBeLessThanOrEqual(3);
  const shrunk = ranks.slice(0, -5).reduce((tree, rank) => remove(tree, rank, order), grown);
  expect([...itemsOf(shrunk)]).toEqual(ranks.slice(-5).toSorted(order));
  expect(depthOf(shrunk)).toBe(1);
});
