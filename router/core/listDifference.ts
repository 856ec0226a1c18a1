export interface ListDifference<Item> {
  /** In the later list alone, in its order. */
  readonly joined: readonly Item[];
  /** In the earlier list alone, in its order. */
  readonly left: readonly Item[];
}

/**
 * What differs between two lists, by the identity of their items: another object is another item. Costs a comparison
 * for each item that stands where it stood, counted from either end, and more only for those in between.
 */
export function listDifference<Item>(before: readonly Item[], now: readonly Item[]): ListDifference<Item> {
  const shorter = Math.min(before.length, now.length);
  let start = 0;
  while (start < shorter && before[start] === now[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const between = before.slice(start, before.length - end);
  const betweenNow = now.slice(start, now.length - end);
  return { joined: lacking(betweenNow, between), left: lacking(between, betweenNow) };
}

function lacking<Item>(list: readonly Item[], other: readonly Item[]): readonly Item[] {
  if (list.length === 0 || other.length === 0) return list;
  const others = new Set(other);
  return list.filter((item) => !others.has(item));
}
