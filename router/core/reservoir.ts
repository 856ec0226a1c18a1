import type { Random } from './clock.ts';

/**
 * Where the next of any number of items goes among `size` that are kept, so that each is as likely kept as any other;
 * undefined when it is not kept.
 *
 * @param seen How many came before it.
 */
export function placeInReservoir(seen: number, size: number, random: Random): number | undefined {
  if (seen < size) return seen;
  const place = Math.floor(random() * (seen + 1));
  return place < size ? place : undefined;
}
