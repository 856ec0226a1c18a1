/**
 * - `awaited`: somebody waits for its block
 * - `included`: in a block
 * - `lost`: was in a block that a reorg took away
 * - `abandoned`: sent, perhaps; nobody waits for it any more
 */
export type HeldState = 'awaited' | 'included' | 'lost' | 'abandoned';

/** A nonce that this sender has signed for. */
export interface HeldNonce {
  readonly nonce: number;
  readonly state: HeldState;
  /** Whether it was signed for the very call that is to be sent. */
  readonly isSameCall: boolean;
}

export interface NonceChoice {
  readonly nonce: number;
  /** `resume`: the call is signed already. `replace`: in the place of an abandoned one. */
  readonly how: 'new' | 'resume' | 'replace';
}

/**
 * The nonce of the next call. One nonce has effect once, so a call that may be on its way already keeps the nonce it
 * has; and nothing waits behind what nobody wants any more.
 *
 * @param confirmed Transactions of the account in blocks: the nonce that the chain waits for.
 * @param pending The same with the node's pool: what is below and not ours is another process's.
 */
export function chooseNonce(confirmed: number, pending: number, held: readonly HeldNonce[]): NonceChoice {
  // Below `confirmed`, too: it may be in a block by now, and nobody was told.
  const same = held.filter(
    ({ isSameCall, state }) => isSameCall && (state === 'lost' || state === 'abandoned'),
  );
  const open = new Map(held.map((one) => [one.nonce, one]));
  if (same.length > 0) return { nonce: Math.min(...same.map(({ nonce }) => nonce)), how: 'resume' };
  for (let nonce = confirmed; ; nonce += 1) {
    const state = open.get(nonce)?.state;
    if (state === 'abandoned') return { nonce, how: 'replace' };
    if (state === undefined && nonce >= pending) return { nonce, how: 'new' };
  }
}
