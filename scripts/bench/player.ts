import { type Address, toHex } from 'viem';
import { DinError } from '../../router/core/dinError.ts';
import type { ActionCall } from './actionCall.ts';

/** Plays transactions of anybody on an anvil that does not mine by itself. */
export interface Player {
  rpc(method: string, ...params: unknown[]): Promise<unknown>;
  /** Puts them into the next block, in this order among those of one sender. */
  send(calls: readonly ActionCall[]): Promise<void>;
  /** The first block takes what was sent. */
  mine(blocks: number): Promise<void>;
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** More than any action takes; explicit, so that nothing is estimated. */
const GAS_LIMIT = 500_000;

export function createPlayer(url: string): Player {
  const nonces = new Map<Address, number>();

  async function post(body: unknown): Promise<unknown> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  async function rpc(method: string, ...params: unknown[]): Promise<unknown> {
    return resultOf((await post({ jsonrpc: '2.0', id: 1, method, params })) as Answer, method);
  }

  async function firstNonce(sender: Address): Promise<number> {
    return Number(await rpc('eth_getTransactionCount', sender, 'latest'));
  }

  return {
    rpc,
    async send(calls) {
      const batch: object[] = [];
      for (const { from, to, data } of calls) {
        const nonce = nonces.get(from) ?? (await firstNonce(from));
        nonces.set(from, nonce + 1);
        const transaction = { from, to, data, nonce: toHex(nonce), gas: toHex(GAS_LIMIT), gasPrice: '0x0' };
        batch.push({
          ...{ jsonrpc: '2.0', id: batch.length, method: 'eth_sendTransaction' },
          params: [transaction],
        });
      }
      for (const answer of (await post(batch)) as Answer[]) resultOf(answer, 'eth_sendTransaction');
    },
    async mine(blocks) {
      await rpc('anvil_mine', toHex(blocks));
    },
  };
}

function resultOf({ result, error }: Answer, method: string): unknown {
  if (error !== undefined) throw new ChainNotBuiltError(`${method}: ${error.message}`);
  return result;
}

export class ChainNotBuiltError extends DinError {
  readonly code = 'CHAIN_NOT_BUILT';
  constructor(details: string) {
    super(`the chain to measure on could not be built: ${details}`);
  }
}
