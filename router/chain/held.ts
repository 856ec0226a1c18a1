import { type Address, type Hex, keccak256, parseTransaction } from 'viem';
import type { Ms } from '../core/units.ts';
import type { HeldState } from './chooseNonce.ts';
import type { Fees } from './fees.ts';

/** A call as the chain sees it. */
export interface OutgoingCall {
  readonly to: Address;
  readonly data: Hex;
  /** The function's, for messages. */
  readonly name: string;
}

export interface Signed {
  readonly hash: Hex;
  readonly raw: Hex;
}

/** A nonce that was signed for, and what may be on its way with it. */
export interface Held {
  readonly nonce: number;
  readonly call: OutgoingCall;
  readonly gas: bigint;
  /** For this call, oldest first: each may be the one that gets into a block. */
  readonly signed: Signed[];
  /** For other calls before. */
  readonly others: readonly Signed[];
  state: HeldState;
  /** The highest fees that a pool may hold for this nonce. */
  floor: Fees | undefined;
  /** When it was last sent. */
  sentAt: Ms;
  /** The block that holds it. */
  block: { readonly number: bigint; readonly hash: Hex } | undefined;
}

export function isSameCall(a: OutgoingCall, b: OutgoingCall): boolean {
  return a.to.toLowerCase() === b.to.toLowerCase() && a.data === b.data;
}

/** @param before What held the nonce until now. */
export function hold(
  nonce: number,
  call: OutgoingCall,
  gas: bigint,
  before: Pick<Held, 'signed' | 'others' | 'floor'> | undefined,
): Held {
  return {
    ...{ nonce, call, gas, signed: [], state: 'abandoned', block: undefined },
    others: before ? [...before.others, ...before.signed] : [],
    floor: before?.floor,
    // Long ago: what is not sent yet is due.
    sentAt: Number.NEGATIVE_INFINITY as Ms,
  };
}

/** What an earlier process signed for `chainId`, by nonce: nobody waits for it yet. */
export function restoreHeld(signed: readonly Hex[], chainId: number): Map<number, Held> {
  const restored = new Map<number, Held>();
  for (const raw of signed) {
    const { to, data = '0x', gas, nonce = 0, ...rest } = parseTransaction(raw);
    const { maxFeePerGas, maxPriorityFeePerGas = 0n } = rest;
    if (rest.chainId !== chainId || !to || gas === undefined || maxFeePerGas === undefined) continue;
    const call = { to, data, name: 'an earlier transaction' };
    const before = restored.get(nonce);
    const one = before && isSameCall(before.call, call) ? before : hold(nonce, call, gas, before);
    one.signed.push({ hash: keccak256(raw), raw });
    one.floor = { maxFeePerGas, maxPriorityFeePerGas };
    restored.set(nonce, one);
  }
  return restored;
}
