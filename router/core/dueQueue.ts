import type { Ms } from './units.ts';

/** What a queue needs to know of an item, and keeps in it: thousands wait at once. One queue at a time. */
export interface Due {
  /** Set by the queue. */
  dueAt: Ms;
  /** Set by the queue: {@link NOWHERE} while the item does not wait. */
  place: number;
}

export const NOWHERE = -1;

/** Items by the time at which each is due. A change costs the logarithm of how many wait. */
export interface DueQueue<Item extends Due> {
  /** From now on it is due at this time, and at no other. */
  put(item: Item, dueAt: Ms): void;
  /** Nothing happens when it does not wait. */
  remove(item: Item): void;
  /** The one that is due first, if it is due by then; it waits no more. */
  take(now: Ms): Item | undefined;
  nextAt(): Ms | undefined;
}

/** A binary heap. */
export function createDueQueue<Item extends Due>(): DueQueue<Item> {
  const heap: Item[] = [];

  const set = (item: Item, place: number) => {
    heap[place] = item;
    item.place = place;
  };

  function rise(item: Item, from: number): number {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = heap[above];
      if (other === undefined || other.dueAt <= item.dueAt) break;
      set(other, place);
      place = above;
    }
    set(item, place);
    return place;
  }

  function sink(item: Item, from: number) {
    let place = from;
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      const next = right !== undefined && left !== undefined && right.dueAt < left.dueAt ? right : left;
      if (next === undefined || item.dueAt <= next.dueAt) break;
      const below = next.place;
      set(next, place);
      place = below;
    }
    set(item, place);
  }

  function settle(item: Item, place: number) {
    if (rise(item, place) === place) sink(item, place);
  }

  function remove(item: Item) {
    const { place } = item;
    if (place === NOWHERE) return;
    item.place = NOWHERE;
    const last = heap.pop();
    if (last !== undefined && last !== item) settle(last, place);
  }

  return {
    put(item, dueAt) {
      item.dueAt = dueAt;
      settle(item, item.place === NOWHERE ? heap.length : item.place);
    },
    remove,
    take(now) {
      const [first] = heap;
      if (first === undefined || first.dueAt > now) return undefined;
      remove(first);
      return first;
    },
    nextAt: () => heap[0]?.dueAt,
  };
}
