import type { Address, Hex } from 'viem';
import { rpc } from '../anvilProcess.ts';

// Enough that answers from one block cannot pass for another's.
const KNOWN_BLOCKS = 8;

export interface KnownBlock {
  readonly number: bigint;
  readonly hash: Hex;
  /** Of the users, in their order, at this block. */
  readonly balances: readonly string[];
}

/** What the node itself says, asked before the load: what every answer is checked against. */
export interface Truth {
  readonly chainId: number;
  readonly head: bigint;
  /** Deep enough to stay. */
  readonly blocks: readonly KnownBlock[];
  readonly users: readonly Address[];
  /** An account that nobody touches, and its balance. */
  readonly idle: { readonly address: Address; readonly balance: string };
}

export async function askTruth(nodeUrl: string, users: readonly Address[], idle: Address): Promise<Truth> {
  const ask = (method: string, ...params: unknown[]) => rpc(nodeUrl, method, params) as Promise<string>;
  const head = BigInt(await ask('eth_blockNumber'));
  const first = head >= BigInt(KNOWN_BLOCKS) ? head - BigInt(KNOWN_BLOCKS) + 1n : 0n;
  const numbers = Array.from({ length: Number(head - first) + 1 }, (_, offset) => first + BigInt(offset));
  const blocks = numbers.map(async (number): Promise<KnownBlock> => {
    const tag = `0x${number.toString(16)}`;
    const block = (await rpc(nodeUrl, 'eth_getBlockByNumber', [tag, false])) as { hash: Hex };
    const balances = await Promise.all(users.map((user) => ask('eth_getBalance', user, tag)));
    return { number, hash: block.hash, balances };
  });
  return {
    chainId: Number(await ask('eth_chainId')),
    head,
    blocks: await Promise.all(blocks),
    users,
    idle: { address: idle, balance: await ask('eth_getBalance', idle, 'latest') },
  };
}
