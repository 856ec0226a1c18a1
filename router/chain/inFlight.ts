import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Hex,
  type LocalAccount,
  type PublicClient,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem';
import type { Clock } from '../core/clock.ts';
import { DinError } from '../core/dinError.ts';
import type { Ms } from '../core/units.ts';
import { chooseNonce } from './chooseNonce.ts';
import { type Fees, firstFees, isBelowMarket, openingFees } from './fees.ts';
import { type Held, hold, isSameCall, type OutgoingCall, type Signed } from './held.ts';
import { createHeldBook } from './heldBook.ts';
import { explainFailure, isNonceUsed, SendFailedError } from './sendError.ts';
import { createSender } from './sender.ts';
import type { SignedTransactions } from './signedTransactions.ts';

/** What an operator should know of: a transaction did not go straight into a block. */
export interface SendNews {
  /**
   * - `sent_again`: with higher fees, or as it was where they may not rise
   * - `gap_filled`: an empty transaction where one is missing before ours
   * - `waits_behind`: another process's, which is in no block either
   */
  readonly kind: 'sent_again' | 'gap_filled' | 'waits_behind';
  /** The function called. */
  readonly name: string;
  readonly nonce: number;
  readonly hash: Hex | undefined;
}

export interface InFlightOptions {
  readonly client: PublicClient;
  readonly account: LocalAccount;
  readonly clock: Clock;
  /** How long a transaction may be in no block before its fees are raised. */
  readonly stuckAfterMs: number;
  /** Never offered more than this for a unit of gas. */
  readonly maxFeePerGas: bigint;
  /** Where everything signed is noted before it is sent. Without it, a new process knows nothing of the last one's. */
  readonly signed: SignedTransactions | undefined;
  readonly onNews: ((news: SendNews) => void) | undefined;
}

/** One account's transactions that are under way. */
export interface InFlight {
  /**
   * Sends a call, with fees that rise until a block holds it. A call that was signed before, and of which nobody was
   * told how it ended or a reorg undid it, keeps its nonce: it never has effect twice.
   *
   * @param gas Its limit; asked for when it is the call's turn. A rejection is passed on, and nothing is sent.
   * @param until After which nobody waits any more; an instant of the clock.
   * @returns Its receipt, also when it reverted.
   * @throws {@link TransactionTimeoutError}, {@link NonceTakenError}, `SendFailedError`, `GasFundsError`,
   * `ContractRefusedError`.
   */
  send(call: OutgoingCall, gas: () => Promise<bigint>, until: Ms): Promise<TransactionReceipt>;
}

const FIRST_POLL_MS = 250;
const LAST_POLL_MS = 2_000;
/** How far nodes behind one address may be apart; less where less patience is asked for. */
const MAX_LAG_MS = 5_000;
const MAX_NONCE_TRIES = 3;

export function createInFlight(options: InFlightOptions): InFlight {
  const { client, account, clock, stuckAfterMs, maxFeePerGas: limit, signed, onNews } = options;
  const { address } = account;
  const lagMs = Math.min(stuckAfterMs, MAX_LAG_MS);
  const book = createHeldBook(signed);
  const sender = createSender({ client, account, clock, maxFeePerGas: limit, note: book.note });
  let queue: Promise<unknown> = Promise.resolve();

  /** One after the other: nonces and fees depend on what was sent before. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = queue.then(task);
    queue = turn.catch(() => undefined);
    return turn;
  }

  function tell(kind: SendNews['kind'], { call, nonce }: Held, hash?: Hex): void {
    onNews?.({ kind, name: call.name, nonce, hash });
  }

  const market = async (): Promise<Fees> => await client.estimateFeesPerGas();
  const confirmedCount = () => client.getTransactionCount({ address, blockTag: 'latest' });
  const pendingCount = () => client.getTransactionCount({ address, blockTag: 'pending' });

  /** Whether a reorg took away the block that held it; waits for nodes that only lag. */
  async function isLost({ block }: Held): Promise<boolean> {
    const end = clock.now() + lagMs;
    while (block !== undefined && clock.now() < end) {
      const now = await client.getBlock({ blockNumber: block.number }).catch(() => undefined);
      if (now !== undefined) return now.hash !== block.hash;
      await sleep(FIRST_POLL_MS);
    }
    return true;
  }

  /** The first nonce that no block of ours holds; tells what a reorg took from what a node has not seen yet. */
  async function firstOpen(confirmed: number): Promise<number> {
    let first = confirmed;
    for (const one of book.all()) {
      if (one.state !== 'included' || one.nonce < confirmed) continue;
      if (await isLost(one)) one.state = 'lost';
      else first = Math.max(first, one.nonce + 1);
    }
    return first;
  }

  /** Chooses a nonce and sends. */
  async function place(call: OutgoingCall, gas: bigint, triesLeft = MAX_NONCE_TRIES): Promise<Held> {
    const [confirmed, pending, prices] = await Promise.all([confirmedCount(), pendingCount(), market()]);
    const first = await firstOpen(confirmed);
    const choose = () => {
      const known = book.all().map((one) => ({ ...one, isSameCall: isSameCall(one.call, call) }));
      return chooseNonce(first, pending, known);
    };
    await sendLostAgain(choose().nonce, prices);
    // What was given up there leaves its nonce to this call, which would wait behind a gap otherwise.
    const { nonce, how } = choose();
    const before = book.get(nonce);
    const one = how === 'resume' && before ? before : hold(nonce, call, gas, before);
    book.put(one);
    try {
      await sender.submit(one, openingFees(one.floor, how === 'replace', prices, limit), prices);
    } catch (error) {
      if (!isNonceUsed(error)) {
        throw explainFailure(error, call.name, address) ?? new SendFailedError(call.name, error);
      }
      if (how === 'new') {
        // Another process has the key, and this node knew of its transaction before the one that we asked.
        book.remove(one);
        if (triesLeft === 0) throw new NonceTakenError(call.name, nonce, false);
        await sleep(FIRST_POLL_MS);
        return await place(call, gas, triesLeft - 1);
      }
      // One of ours is in a block by now: its receipt tells which.
    }
    one.state = 'awaited';
    return one;
  }

  /** What followed may need it: a reorg changes when things happened, seldom whether. */
  async function sendLostAgain(except: number, prices: Fees): Promise<void> {
    for (const one of book.all()) {
      if (one.state !== 'lost' || one.nonce === except) continue;
      const { to, data, name } = one.call;
      const failure = await client.call({ account: address, to, data }).then(
        () => undefined,
        (error: unknown) => explainFailure(error, name, address),
      );
      // On the chain as it is now: whoever wants it asks again when its time comes.
      if (failure !== undefined) one.state = 'abandoned';
      const hash = failure === undefined ? await sender.push(one, prices) : undefined;
      if (hash !== undefined) tell('sent_again', one, hash);
    }
  }

  /** Helps a transaction that is in no block for too long: first the one that the chain waits for. */
  async function nudge(one: Held, confirmed: number): Promise<void> {
    const isStuck = ({ sentAt }: Held) => clock.now() - sentAt >= stuckAfterMs;
    if (one.state !== 'awaited' || !isStuck(one)) return;
    const prices = await market();
    const next = book.get(confirmed);
    if (next === undefined) await fillGap(confirmed, one, prices);
    // One that is awaited has somebody who helps it.
    else if (next === one || (next.state !== 'awaited' && isStuck(next))) await push(next, prices);
    if (next !== one && one.floor && isBelowMarket(one.floor, prices)) await push(one, prices);
  }

  async function push(one: Held, prices: Fees): Promise<void> {
    tell('sent_again', one, await sender.push(one, prices));
  }

  /** Puts an empty transaction where the pool has none, and `behind` waits for one. */
  async function fillGap(nonce: number, behind: Held, prices: Fees): Promise<void> {
    if ((await pendingCount()) > nonce) {
      behind.sentAt = clock.now();
      return tell('waits_behind', behind);
    }
    const call = { to: address, data: '0x', name: 'an empty transaction' } as const;
    const one = hold(nonce, call, await client.estimateGas({ account: address, to: address }), undefined);
    book.put(one);
    tell('gap_filled', one, await sender.submit(one, firstFees(prices, limit), prices));
  }

  async function settled(one: Held, until: Ms): Promise<TransactionReceipt> {
    const since = clock.now();
    let missingSince: Ms | undefined;
    for (;;) {
      // An endpoint that fails for a moment looks like one that has no news.
      const confirmed = await confirmedCount().catch(() => undefined);
      if (confirmed !== undefined && confirmed > one.nonce) {
        const end = await endOf(one).catch(() => 'unknown' as const);
        if (typeof end === 'object') return include(one, end);
        if (end === 'overtaken') throw taken(one, true);
        if (end === 'missing') missingSince ??= clock.now();
        if (missingSince !== undefined && clock.now() - missingSince >= lagMs) throw taken(one, false);
      } else if (confirmed !== undefined) {
        missingSince = undefined;
        await inTurn(() => nudge(one, confirmed)).catch(() => undefined);
      }
      const now = clock.now();
      if (now >= until) {
        one.state = 'abandoned';
        throw new TransactionTimeoutError(one.call.name, one.signed.at(-1)?.hash ?? '0x', now - since);
      }
      await sleep(Math.min(Math.max((now - since) / 4, FIRST_POLL_MS), LAST_POLL_MS, until - now));
    }
  }

  /** What has become of a nonce that is used: ours, what ours took the place of, or nothing that this node knows. */
  async function endOf({
    signed: ours,
    others,
  }: Held): Promise<TransactionReceipt | 'overtaken' | 'missing'> {
    return (await receiptOf(ours)) ?? ((await receiptOf(others)) === undefined ? 'missing' : 'overtaken');
  }

  async function receiptOf(ours: readonly Signed[]): Promise<TransactionReceipt | undefined> {
    for (const { hash } of ours.toReversed()) {
      const receipt = await client.getTransactionReceipt({ hash }).catch((error: unknown) => {
        if (!(error instanceof TransactionReceiptNotFoundError)) throw error;
      });
      if (receipt) return receipt;
    }
    return undefined;
  }

  function include(one: Held, receipt: TransactionReceipt): TransactionReceipt {
    book.included(one, { number: receipt.blockNumber, hash: receipt.blockHash });
    return receipt;
  }

  function taken(one: Held, byOwn: boolean): NonceTakenError {
    book.remove(one);
    return new NonceTakenError(one.call.name, one.nonce, byOwn);
  }

  return {
    async send(call, gas, until) {
      const placed = inTurn(async () => {
        // It may be the very call that the last process left.
        await book.open(() => client.getChainId());
        return await place(call, await gas());
      });
      return await settled(await placed, until);
    },
  };
}

/** Sent, but in no block in time. It may still be included later. */
export class TransactionTimeoutError extends DinError {
  readonly code = 'TRANSACTION_TIMEOUT';
  readonly hash: Hex;
  constructor(functionName: string, hash: Hex, waitedMs: number) {
    super(
      `${functionName} (transaction ${hash}) is in no block after ${Math.round(waitedMs)} ms; it may still be included.`,
    );
    this.hash = hash;
  }
}

/** The call was not carried out: a block holds another transaction with its nonce. */
export class NonceTakenError extends DinError {
  readonly code = 'NONCE_TAKEN';
  /** Whether the other one is this sender's, too; otherwise another process has the key. */
  readonly byOwn: boolean;
  constructor(functionName: string, nonce: number, byOwn: boolean) {
    super(
      byOwn
        ? `${functionName} was not carried out: an earlier transaction with nonce ${nonce} was.`
        : `${functionName} was not carried out: another process used nonce ${nonce} of this key.`,
    );
    this.byOwn = byOwn;
  }
}
