import { isRangeRefused } from './rangeRefusal.ts';

// Tries a larger range again after this many answers: a node's limit costs one refusal in five requests.
const GROW_AFTER = 4;

export interface LogRange<T> {
  readonly from: bigint;
  readonly to: bigint;
  /** What `fetch` gave for the range. */
  readonly value: T;
}

export interface LogRangesOptions<T> {
  readonly from: bigint;
  /** Inclusive. */
  readonly to: bigint;
  /** Most blocks asked for at once. */
  readonly maxRange: number;
  fetch(from: bigint, to: bigint): Promise<T>;
}

/**
 * Logs of a long stretch in pieces: each block is in exactly one of them, in order. Pieces halve when the node refuses
 * their size and grow again. One request at a time.
 * @throws what `fetch` throws, when it is no refusal of the size, or a single block is refused.
 */
export async function* logRanges<T>(options: LogRangesOptions<T>): AsyncGenerator<LogRange<T>, void> {
  const maxRange = BigInt(Math.max(1, Math.floor(options.maxRange)));
  let size = maxRange;
  let answered = 0;
  let from = options.from;
  while (from <= options.to) {
    const to = smaller(from + size - 1n, options.to);
    let value: T;
    try {
      value = await options.fetch(from, to);
    } catch (error) {
      if (from === to || !isRangeRefused(error)) throw error;
      size = (to - from + 1n) / 2n;
      answered = 0;
      continue;
    }
    yield { from, to, value };
    from = to + 1n;
    answered += 1;
    if (answered % GROW_AFTER === 0) size = smaller(size * 2n, maxRange);
  }
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
