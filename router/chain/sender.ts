import { type Hex, keccak256, type LocalAccount, type PublicClient } from 'viem';
import type { Clock } from '../core/clock.ts';
import { type Fees, firstFees, raisedFees } from './fees.ts';
import type { Held, Signed } from './held.ts';
import { isRefusal, isReplacementRefused } from './sendError.ts';

export interface SenderOptions {
  readonly client: PublicClient;
  readonly account: LocalAccount;
  readonly clock: Clock;
  /** Never offered more than this for a unit of gas. */
  readonly maxFeePerGas: bigint;
  /** Told of everything signed before it is sent. */
  readonly note: (raw: Hex) => void;
}

/** Signs and sends for a nonce. */
export interface Sender {
  /** With these fees, or at once with higher ones while the pool asks for more. Rejects with what the node said. */
  submit(one: Held, fees: Fees, market: Fees): Promise<Hex>;
  /** With higher fees, or as it was where they may not rise any more. @returns the hash; undefined when nobody took it. */
  push(one: Held, market: Fees): Promise<Hex | undefined>;
}

export function createSender({ client, account, clock, maxFeePerGas: limit, note }: SenderOptions): Sender {
  let chainId: number | undefined;

  async function isKnown(hash: Hex): Promise<boolean> {
    return await client.getTransaction({ hash }).then(
      () => true,
      () => false,
    );
  }

  async function sign({ nonce, gas, call }: Held, fees: Fees): Promise<Signed> {
    chainId ??= await client.getChainId();
    const { to, data } = call;
    const raw = await account.signTransaction({ type: 'eip1559', chainId, nonce, to, data, gas, ...fees });
    return { hash: keccak256(raw), raw };
  }

  async function submit(one: Held, fees: Fees, market: Fees): Promise<Hex> {
    const { hash, raw } = await sign(one, fees);
    const isNew = !one.signed.some((before) => before.hash === hash);
    if (isNew) {
      one.signed.push({ hash, raw });
      note(raw);
    }
    one.sentAt = clock.now();
    try {
      await client.sendRawTransaction({ serializedTransaction: raw });
    } catch (error) {
      // The answer may be lost, or say "already known", while the node has it all the same.
      if (!(await isKnown(hash))) {
        // Every other failure may have come after it was taken.
        if (!isRefusal(error)) one.floor = fees;
        else if (isNew) one.signed.pop();
        const raised = isReplacementRefused(error) ? raisedFees(fees, market, limit) : undefined;
        if (raised === undefined) throw error;
        return await submit(one, raised, market);
      }
    }
    one.floor = fees;
    return hash;
  }

  return {
    submit,
    async push(one, market) {
      const last = one.signed.at(-1);
      const fees = one.floor ? raisedFees(one.floor, market, limit) : firstFees(market, limit);
      // Not taken, e.g. for want of money for the higher fees: what was sent before may be.
      const hash = fees && (await submit(one, fees, market).catch(() => undefined));
      if (hash !== undefined || last === undefined) return hash;
      one.sentAt = clock.now();
      await client.sendRawTransaction({ serializedTransaction: last.raw }).catch(() => undefined);
      return (await isKnown(last.hash)) ? last.hash : undefined;
    },
  };
}
