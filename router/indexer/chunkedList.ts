/** A list of which each change at an end makes a new version that shares most of the old one. Immutable. */
export interface ChunkedList<T> extends Iterable<T> {
  readonly length: number;
  at(index: number): T | undefined;
  with(item: T): ChunkedList<T>;
  /** The items from `start` on, up to but without `end`. */
  slice(start: number, end: number): ChunkedList<T>;
}

// A change copies one chunk and the list of chunks: near the square root of the longest lists.
const CHUNK_ITEMS = 128;

export function listOf<T>(item: T): ChunkedList<T> {
  return createList([[item]], 0, 1);
}

/** All chunks but the last are full; the first `skip` items are no longer part of the list. */
function createList<T>(chunks: readonly (readonly T[])[], skip: number, length: number): ChunkedList<T> {
  const itemAt = (place: number) => chunks[Math.floor(place / CHUNK_ITEMS)]?.[place % CHUNK_ITEMS];
  return {
    length,
    at: (index) => (index >= 0 && index < length ? itemAt(skip + index) : undefined),
    with(item) {
      const last = chunks.at(-1) ?? [];
      const next = last.length < CHUNK_ITEMS ? chunks.with(-1, [...last, item]) : [...chunks, [item]];
      return createList(next, skip, length + 1);
    },
    slice(start, end) {
      const from = skip + Math.max(0, start);
      const to = skip + Math.min(length, end);
      if (from >= to) return createList<T>([[]], 0, 0);
      const first = Math.floor(from / CHUNK_ITEMS);
      const last = Math.floor((to - 1) / CHUNK_ITEMS);
      const kept = chunks.slice(first, last + 1);
      const tail = (chunks[last] ?? []).slice(0, to - last * CHUNK_ITEMS);
      return createList(kept.with(-1, tail), from - first * CHUNK_ITEMS, to - from);
    },
    *[Symbol.iterator]() {
      for (let place = skip; place < skip + length; place += 1) yield itemAt(place) as T;
    },
  };
}
