import { network } from 'hardhat';
import { createPublicClient, custom, type Hex, numberToHex, type PublicClient, parseGwei } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTransactor } from '../router/chain/transact.ts';
import { devAccount } from '../scripts/devnet/devAccounts.ts';
import { NOTES, NOTES_CODE, note } from './fixtures/noteChain.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };
const account = privateKeyToAccount(devAccount(0).privateKey);

/** Hardhat's node has the rule of Geth's pool, which anvil has not: 10 % more on both fees. */
let node: Awaited<ReturnType<typeof network.create>>;
let client: PublicClient;
const rpc = (method: string, ...params: unknown[]) => node.provider.request({ method, params });

beforeAll(async () => {
  node = await network.create();
  client = createPublicClient({ transport: custom(node.provider), cacheTime: 0 });
  await rpc('hardhat_setCode', NOTES, NOTES_CODE);
  await rpc('evm_setAutomine', false);
});
afterAll(() => node.close());

/** What the pool holds for the account's next nonce. */
async function waiting(): Promise<{ hash: Hex; maxFeePerGas: bigint } | undefined> {
  const pending = (await rpc('eth_pendingTransactions')) as { hash: Hex; nonce: Hex; maxFeePerGas: Hex }[];
  const [one] = pending.sort((a, b) => Number(a.nonce) - Number(b.nonce));
  return one && { hash: one.hash, maxFeePerGas: BigInt(one.maxFeePerGas) };
}

test('a pool that asks for more on both fees takes every replacement', async () => {
  const receipt = createTransactor({ client, account, stuckAfterMs: 50 }).simulateAndSend(note(1));
  const seen = new Set<Hex>();
  await expect
    .poll(async () => seen.add((await waiting())?.hash ?? '0x').size, PATIENCE)
    .toBeGreaterThanOrEqual(4);
  await rpc('evm_mine');
  expect((await receipt).status).toBe('success');
});

test('a pool that holds dearer ones than is known gets more and more at once, until it takes one', async () => {
  const nonce = await client.getTransactionCount({ address: account.address });
  const sign = (gwei: number) =>
    account.signTransaction({
      ...{ type: 'eip1559', chainId: 31337, nonce, to: NOTES, data: '0x01', gas: 60_000n },
      ...{ maxFeePerGas: parseGwei(String(gwei)), maxPriorityFeePerGas: parseGwei(String(gwei)) },
    });
  // Replaced once; of the last, the note was lost.
  const noted = [await sign(2)];
  await rpc('eth_sendRawTransaction', noted[0]);
  await rpc('eth_sendRawTransaction', await sign(3));
  const signed = { read: () => noted, note: () => undefined, keep: () => undefined };
  const before = await waiting();
  const receipt = createTransactor({ client, account, signed }).simulateAndSend(note(2));
  await expect.poll(async () => (await waiting())?.hash, PATIENCE).not.toBe(before?.hash);
  await rpc('evm_mine');
  expect((await receipt).status).toBe('success');
  expect(await client.getTransactionCount({ address: account.address })).toBe(nonce + 1);
});

test('a pool that keeps what the next block’s price shuts out gets it again at that price', async () => {
  const receipt = createTransactor({ client, account, stuckAfterMs: 50 }).simulateAndSend(note(3));
  await expect.poll(waiting, PATIENCE).toBeDefined();
  await rpc('hardhat_setNextBlockBaseFeePerGas', numberToHex(parseGwei('30')));
  await rpc('evm_mine');
  await expect
    .poll(async () => (await waiting())?.maxFeePerGas ?? 0n, PATIENCE)
    .toBeGreaterThan(parseGwei('30'));
  await rpc('evm_mine');
  expect((await receipt).status).toBe('success');
});
