import type { Address, Hex, RpcLog } from 'viem';
import { DinError } from '../../router/core/dinError.ts';
import { DEV_ACCOUNTS } from '../devnet/devAccounts.ts';
import { type Anvil, startAnvil } from '../lib/anvil.ts';

/** Fixed, so that addresses, signatures and windows, and with them every figure, are the same in each run. */
export const CHAIN_ID = 31337;
export const GENESIS_SECONDS = 1_800_000_000;
/** Explicit, so that nothing is estimated and what the contracts refuse still gets its receipt. */
const GAS_LIMIT = '0x1c9c380';
/** Below anvil's limit of a request's size. */
const BATCH_CALLS = 500;

export interface Receipt {
  readonly ok: boolean;
  readonly gasUsed: bigint;
  readonly logs: readonly RpcLog[];
  readonly contractAddress: Address | null;
}

export interface Call {
  readonly to: Address;
  readonly data: Hex;
}

/** A real anvil whose clock moves one second with each transaction, and otherwise only when told. */
export interface TestNode {
  readonly url: string;
  request<T>(method: string, ...params: unknown[]): Promise<T>;
  /** Sends from one of anvil's accounts; a refused transaction has a receipt, too. */
  send(from: Address, call: { to?: Address; data: Hex }): Promise<Receipt>;
  /** `eth_call` in the state of the last block, with the last block's time. */
  read(calls: readonly Call[]): Promise<Hex[]>;
  /** Unix seconds of the last block. */
  now(): Promise<number>;
  /** Mines one block at this time, at least a second after the last. */
  jumpTo(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** `flags`: further ones of anvil. */
export async function startTestNode(flags: readonly string[] = []): Promise<TestNode> {
  const anvil: Anvil = await startAnvil({
    chainId: CHAIN_ID,
    flags: [
      ...['--accounts', String(DEV_ACCOUNTS), '--timestamp', String(GENESIS_SECONDS)],
      // The fork the contracts are compiled for; it has the calldata floor of EIP-7623.
      ...['--hardfork', 'prague', ...flags],
    ],
  });

  async function post(body: unknown): Promise<unknown> {
    const response = await fetch(anvil.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  function resultOf(answer: unknown, method: string): unknown {
    const { result, error } = answer as { result?: unknown; error?: { message: string } };
    if (error) throw new NodeRefusedError(method, error.message);
    return result;
  }

  async function request<T>(method: string, ...params: unknown[]): Promise<T> {
    return resultOf(await post({ jsonrpc: '2.0', id: 1, method, params }), method) as T;
  }

  const lastBlock = () => request<{ number: Hex; timestamp: Hex }>('eth_getBlockByNumber', 'latest', false);

  await request('anvil_setBlockTimestampInterval', 1);
  return {
    url: anvil.url,
    request,
    async send(from, call) {
      const transaction = { from, ...call, gas: GAS_LIMIT };
      const receipt = await request<RawReceipt>('eth_sendTransactionSync', transaction);
      return {
        ok: receipt.status === '0x1',
        gasUsed: BigInt(receipt.gasUsed),
        logs: receipt.logs,
        contractAddress: receipt.contractAddress,
      };
    },
    async read(calls) {
      const { number, timestamp } = await lastBlock();
      const results: Hex[] = [];
      for (let start = 0; start < calls.length; start += BATCH_CALLS) {
        const batch = calls.slice(start, start + BATCH_CALLS).map((call, id) => ({
          ...{ jsonrpc: '2.0', id, method: 'eth_call' },
          params: [call, number, {}, { time: timestamp }],
        }));
        const answers = (await post(batch)) as { id: number }[];
        answers.sort((a, b) => a.id - b.id);
        for (const answer of answers) results.push(resultOf(answer, 'eth_call') as Hex);
      }
      return results;
    },
    async now() {
      return Number((await lastBlock()).timestamp);
    },
    async jumpTo(seconds) {
      await request('evm_setNextBlockTimestamp', seconds);
      await request('evm_mine');
    },
    stop: () => anvil.stop(),
  };
}

interface RawReceipt {
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly logs: readonly RpcLog[];
  readonly contractAddress: Address | null;
}

export class NodeRefusedError extends DinError {
  readonly code = 'NODE_REFUSED';
  constructor(method: string, details: string) {
    super(`the node refused ${method}: ${details}`);
  }
}
