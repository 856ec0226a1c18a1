/** One service's claim about its head. */
export interface HeadClaim<Key> {
  readonly key: Key;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly head: number;
}

/**
 * Blocks that each claim lies behind the head agreed by the network's services, in the claims' order of start.
 *
 * The agreed head is the lower median of all services' newest claims: whoever invents a head above or below moves it
 * by nothing as long as less than half of the services do. Only claims completed before a probe began count against
 * it, so a service is never behind for what happened while it was asked; the first claims of an epoch have nothing to
 * be compared with.
 */
export function blockLags<Key>(claims: readonly HeadClaim<Key>[]): Map<Key, number[]> {
  const lags = new Map<Key, number[]>();
  const newest = new Map<Key, number>();
  // Its values in order: thousands of claims are compared with hundreds of heads while a gateway serves.
  const heads: number[] = [];
  const completed = claims.toSorted((a, b) => a.endedAt - b.endedAt);
  let next = 0;
  for (const claim of claims.toSorted((a, b) => a.startedAt - b.startedAt)) {
    for (let done = completed[next]; done && done.endedAt <= claim.startedAt; done = completed[++next]) {
      const before = newest.get(done.key);
      if (before !== undefined) remove(heads, before);
      insert(heads, done.head);
      newest.set(done.key, done.head);
    }
    const lag = lagOf(claim.head, newest.get(claim.key), heads);
    if (lag === undefined) continue;
    const own = lags.get(claim.key);
    if (own) own.push(lag);
    else lags.set(claim.key, [lag]);
  }
  return lags;
}

/** @param heads the newest of all, ascending; as before afterwards */
function lagOf(claim: number, own: number | undefined, heads: number[]): number | undefined {
  if (own !== undefined) remove(heads, own);
  insert(heads, claim);
  const agreed = heads[heads.length - 1 - Math.floor(heads.length / 2)] ?? claim;
  // Two heads that differ show that one is wrong, not which.
  const lag = heads.length < 3 ? undefined : Math.max(0, agreed - claim);
  remove(heads, claim);
  if (own !== undefined) insert(heads, own);
  return lag;
}

function insert(ascending: number[], value: number): void {
  ascending.splice(placeOf(ascending, value), 0, value);
}

function remove(ascending: number[], value: number): void {
  ascending.splice(placeOf(ascending, value), 1);
}

/** Of the first that is not below. */
function placeOf(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
