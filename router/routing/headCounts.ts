/** How many services stand at which block: few numbers, however many services. */
export interface HeadCounts {
  add(number: number): void;
  remove(number: number): void;
  size(): number;
  /** Services within `distance` blocks of the number. */
  near(number: number, distance: number): number;
  /** The number that `rank` services have reached; 1 is the highest. Undefined when there are fewer. */
  ranked(rank: number): number | undefined;
  /** The highest number that is not above the limit. */
  highestUpTo(limit: number): number | undefined;
}

/**
 * A sorted list of the different numbers. Finding is O(log n); walks are over different numbers, of which services that
 * follow one chain have a handful.
 */
export function createHeadCounts(): HeadCounts {
  const numbers: number[] = [];
  const counts: number[] = [];
  let size = 0;

  /** Index of the first number that is not below. */
  const indexOf = (number: number) => {
    let low = 0;
    let high = numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((numbers[middle] ?? number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    add(number) {
      size += 1;
      const index = indexOf(number);
      if (numbers[index] === number) counts[index] = (counts[index] ?? 0) + 1;
      else {
        numbers.splice(index, 0, number);
        counts.splice(index, 0, 1);
      }
    },
    remove(number) {
      const index = indexOf(number);
      const count = counts[index];
      if (numbers[index] !== number || count === undefined) return;
      size -= 1;
      if (count > 1) counts[index] = count - 1;
      else {
        numbers.splice(index, 1);
        counts.splice(index, 1);
      }
    },
    size: () => size,
    near(number, distance) {
      let near = 0;
      for (let index = indexOf(number - distance); index < numbers.length; index += 1) {
        if ((numbers[index] ?? 0) > number + distance) break;
        near += counts[index] ?? 0;
      }
      return near;
    },
    ranked(rank) {
      let reached = 0;
      for (let index = numbers.length - 1; index >= 0; index -= 1) {
        reached += counts[index] ?? 0;
        if (reached >= rank) return numbers[index];
      }
      return undefined;
    },
    highestUpTo: (limit) => numbers[indexOf(limit + 1) - 1],
  };
}
