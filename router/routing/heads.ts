/** A service's newest block number, and how far to believe it. */
export interface Head {
  readonly number: number;
  /** Others have had about this head, and it went on from there step by step. */
  readonly vouched: boolean;
  /** It has been seen to go on by a plausible step, and has not jumped since. */
  readonly moving: boolean;
}

/**
 * Judges a reported head. A jump ahead of everybody is not believed; a service that walked away from the others step
 * by step is: the others may be stuck.
 * @param others Heads of the other services.
 * @param trusted Own upstreams need nobody to vouch for them.
 */
export function judgeHead(args: {
  readonly number: number;
  readonly previous: Head | undefined;
  readonly others: Iterable<Head>;
  readonly trusted: boolean;
  readonly maxJump: number;
}): Head {
  const { number, previous, maxJump } = args;
  const stepped = previous !== undefined && number <= previous.number + maxJump;
  const moving = stepped && (previous.moving || number > previous.number);
  const vouched =
    args.trusted || (stepped && previous.vouched) || hasNeighbours(number, args.others, maxJump);
  return { number, vouched, moving };
}

function hasNeighbours(number: number, others: Iterable<Head>, maxJump: number): boolean {
  let count = 0;
  let near = 0;
  for (const other of others) {
    count += 1;
    if (Math.abs(other.number - number) <= maxJump) near += 1;
  }
  // A third of the others: fewer may be in it together.
  return near >= Math.max(1, Math.floor(count / 3));
}

/** The block that the services agree on; undefined when there are none. */
export function agreedHead(heads: Iterable<Head>): number | undefined {
  let highest: number | undefined;
  const alone: Head[] = [];
  for (const head of heads) {
    if (!head.vouched) alone.push(head);
    else if (highest === undefined || head.number > highest) highest = head.number;
  }
  if (highest !== undefined) return highest;
  // Nobody agrees with anybody. A head that goes on is more likely the chain's than one that stands still; of those
  // the middle one, the lower of two, does the least harm.
  const moving = alone.filter((head) => head.moving);
  const numbers = (moving.length > 0 ? moving : alone).map((head) => head.number).sort((a, b) => b - a);
  return numbers[Math.floor(numbers.length / 2)];
}

/** Ahead of all that is believed, by more than a poll explains. */
export function isImplausible(head: Head, agreed: number | undefined, maxJump: number): boolean {
  return !head.vouched && agreed !== undefined && head.number > agreed + maxJump;
}
