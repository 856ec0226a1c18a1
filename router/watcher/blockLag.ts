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
  const completed = claims.toSorted((a, b) => a.endedAt - b.endedAt);
  let next = 0;
  for (const claim of claims.toSorted((a, b) => a.startedAt - b.startedAt)) {
    for (let done = completed[next]; done && done.endedAt <= claim.startedAt; done = completed[++next]) {
      newest.set(done.key, done.head);
    }
    const lag = lagOf(claim, newest);
    if (lag === undefined) continue;
    const own = lags.get(claim.key);
    if (own) own.push(lag);
    else lags.set(claim.key, [lag]);
  }
  return lags;
}

function lagOf<Key>(claim: HeadClaim<Key>, newest: ReadonlyMap<Key, number>): number | undefined {
  const heads = [claim.head];
  for (const [key, head] of newest) if (key !== claim.key) heads.push(head);
  // Two heads that differ show that one is wrong, not which.
  if (heads.length < 3) return undefined;
  const descending = heads.sort((a, b) => b - a);
  const agreed = descending[Math.floor(descending.length / 2)] ?? claim.head;
  return Math.max(0, agreed - claim.head);
}
