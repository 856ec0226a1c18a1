import type { Random } from './clock.ts';

/** So many of the items, each as likely as any other, in random order; all of them when they are fewer. */
export function someOf<Item>(items: readonly Item[], count: number, random: Random): Item[] {
  const rest = [...items];
  const some: Item[] = [];
  while (some.length < count && rest.length > 0)
    some.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return some;
}
