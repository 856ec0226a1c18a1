import { type Document, isMap, isNode, isScalar, type Node } from 'yaml';

export type Path = readonly PropertyKey[];

/** `networks[0].slug` */
export function fieldName(path: Path): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}

/** The node at the path, or the nearest one around where it is missing. */
export function nodeAt(document: Document, path: Path): Node | undefined {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (isNode(node)) return node;
  }
  return undefined;
}

/** Where the key itself stands, in characters from the start. */
export function keyOffset(document: Document, path: Path, key: string): number | undefined {
  const map = nodeAt(document, path);
  const pair = isMap(map)
    ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
    : undefined;
  return pair && isScalar(pair.key) ? pair.key.range?.[0] : map?.range?.[0];
}
