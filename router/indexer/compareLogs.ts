import type { MinedLog } from './logAnswer.ts';

/** Whose answer is right, where two differ about one block. */
export type Verdict = 'same' | 'first' | 'second' | 'undecided';

/**
 * Judges two answers about the same block. Leaving out is easy and common, making up shows in the bloom: whoever tells
 * more is right, unless the block cannot hold what it tells.
 */
export function compareLogs(
  first: readonly MinedLog[],
  second: readonly MinedLog[],
  mayHold: (log: MinedLog) => boolean,
): Verdict {
  const firstExtra = without(first, second);
  const secondExtra = without(second, first);
  if (firstExtra.length === 0 && secondExtra.length === 0) return 'same';
  const firstMadeUp = !firstExtra.every(mayHold);
  const secondMadeUp = !secondExtra.every(mayHold);
  if (firstMadeUp || secondMadeUp) {
    if (firstMadeUp && secondMadeUp) return 'undecided';
    return firstMadeUp ? 'second' : 'first';
  }
  if (secondExtra.length === 0) return 'first';
  return firstExtra.length === 0 ? 'second' : 'undecided';
}

export function sameLogs(first: readonly MinedLog[], second: readonly MinedLog[]): boolean {
  return first.length === second.length && without(first, second).length === 0;
}

/** The first block about which two answers of a range differ; undefined when they do not. */
export function firstDifference(first: readonly MinedLog[], second: readonly MinedLog[]): bigint | undefined {
  const numbers = [...without(first, second), ...without(second, first)].map(
    ({ blockNumber }) => blockNumber,
  );
  return numbers.reduce<bigint | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
}

function without(logs: readonly MinedLog[], others: readonly MinedLog[]): MinedLog[] {
  const known = new Set(others.map(textOf));
  return logs.filter((log) => !known.has(textOf(log)));
}

function textOf({ address, topics, data, blockNumber, blockHash, logIndex }: MinedLog): string {
  return [blockNumber, blockHash, logIndex, address, ...topics, data].join('/');
}
