import { existsSync, writeFileSync } from 'node:fs';
import { type Hex, parseGwei } from 'viem';
import { test as base, describe } from 'vitest';
import type { SendNews } from '../router/chain/inFlight.ts';
import { openSignedTransactions } from '../router/chain/signedTransactions.ts';
import { NOTES, NOTES_CODE, type NoteChain, note, startNoteChain } from './fixtures/noteChain.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };
const OTHER_NOTES = '0x0000000000000000000000000000000000005678';
const REVERTING_CODE = '0x60006000fd';
/** Gives up at once: a process that is killed after it has sent. */
const KILLED = { timeoutMs: 1 };

interface World {
  readonly chain: NoteChain;
  readonly news: SendNews[];
}

// Each test waits most of its time: all have a chain of their own, and wait together. Each has its own `expect`, too: the
// common one knows one test at a time.
const test = base.extend<World>({
  chain: async ({ task: _ }, use) => {
    const chain = await startNoteChain();
    await use(chain);
    await chain.stop();
  },
  news: async ({ task: _ }, use) => await use([]),
});

const pooled = async (chain: NoteChain) => (await chain.pool()).length;
const kindsOf = (news: readonly SendNews[]) => new Set(news.map(({ kind }) => kind));
const noting = (news: SendNews[]) => ({ onNews: (one: SendNews) => void news.push(one) });

describe.concurrent('createTransactor(), on a chain that keeps a transaction waiting', {
  timeout: 90_000,
}, () => {
  test('a transaction in no block is replaced by one with the same nonce that pays more by what pools ask', async ({
    chain,
    news,
    expect,
  }) => {
    const receipt = chain.process(noting(news)).simulateAndSend(note(1));
    await expect.poll(() => pooled(chain), PATIENCE).toBe(1);
    const [first] = await chain.pool();
    await expect.poll(async () => (await chain.pool())[0]?.hash, PATIENCE).not.toBe(first!.hash);
    const [second] = await chain.pool();
    expect(second!.nonce).toBe(first!.nonce);
    for (const fee of ['maxFeePerGas', 'maxPriorityFeePerGas'] as const) {
      expect(second![fee] * 10n).toBeGreaterThan(first![fee] * 11n);
    }
    expect(await pooled(chain)).toBe(1);
    const { transactionHash } = await chain.mineUntil(receipt);
    expect(transactionHash).not.toBe(first!.hash);
    expect(await chain.noted()).toEqual([1]);
    expect(kindsOf(news)).toEqual(new Set(['sent_again']));
  });

  test('the receipt of a transaction that was replaced counts: a block may take it all the same', async ({
    chain,
    expect,
  }) => {
    const raws: Hex[] = [];
    const signed = { read: () => [], note: (raw: Hex) => void raws.push(raw), keep: () => undefined };
    const client = chain.clientUnless(() => raws.length > 2);
    const receipt = chain.process({ signed, client }).simulateAndSend(note(1));
    await expect.poll(() => pooled(chain), PATIENCE).toBe(1);
    const [first] = await chain.pool();
    await expect.poll(() => raws.length, PATIENCE).toBe(3);
    // The builder of the next block never heard of the second one.
    await chain.rpc('anvil_dropAllTransactions');
    await chain.rpc('eth_sendRawTransaction', raws[0]);
    await chain.mine();
    expect((await receipt).transactionHash).toBe(first!.hash);
    expect(await chain.noted()).toEqual([1]);
  });

  test('fees rise to a few times the market, and never above what the operator allows', async ({
    chain,
    news,
    expect,
  }) => {
    const limit = parseGwei('3');
    const done = chain
      .process({ stuckAfterMs: 20, maxFeePerGas: limit, ...noting(news) })
      .simulateAndSend(note(1));
    const isSame = () => news.length > 1 && news.at(-1)?.hash === news.at(-2)?.hash;
    await expect.poll(isSame, PATIENCE).toBe(true);
    const [last] = await chain.pool();
    expect(last!.maxFeePerGas).toBeLessThanOrEqual(limit);
    expect(last!.maxFeePerGas * 9n).toBeGreaterThan(limit * 8n - 10n);
    await chain.mineUntil(done);
    expect(await chain.noted()).toEqual([1]);
  });

  test('when prices rise above what was offered for several, all are sent again, and stay in order', async ({
    chain,
    news,
    expect,
  }) => {
    const sender = chain.process(noting(news));
    const receipts = Promise.all([1, 2, 3].map((number) => sender.simulateAndSend(note(number))));
    await expect.poll(() => pooled(chain), PATIENCE).toBe(3);
    await chain.setBaseFee(40);
    await chain.mine();
    expect(await chain.noted()).toEqual([]);
    await chain.mineUntil(receipts);
    expect(await chain.noted()).toEqual([1, 2, 3]);
    expect(new Set(news.map(({ name }) => name))).toEqual(new Set(['note']));
  });

  test('the lowest nonce is helped first: those behind it are left as they are', async ({
    chain,
    news,
    expect,
  }) => {
    const sender = chain.process(noting(news));
    const receipts = Promise.all([1, 2, 3].map((number) => sender.simulateAndSend(note(number))));
    await expect.poll(() => pooled(chain), PATIENCE).toBe(3);
    const before = await chain.pool();
    await expect.poll(() => news.length, PATIENCE).toBeGreaterThan(2);
    const after = await chain.pool();
    expect(new Set(news.map(({ nonce }) => nonce))).toEqual(new Set([before[0]!.nonce]));
    expect(after.slice(1)).toEqual(before.slice(1));
    await chain.mineUntil(receipts);
    expect(await chain.noted()).toEqual([1, 2, 3]);
  });

  test('a nonce that another process with the key used is noticed, and the call is not called done', async ({
    chain,
    expect,
  }) => {
    const call = chain.process().simulateAndSend(note(1));
    const outcome = expect(call).rejects.toMatchObject({ code: 'NONCE_TAKEN', byOwn: false });
    await expect.poll(() => pooled(chain), PATIENCE).toBe(1);
    const { chainId, ...foreign } = {
      chainId: 31337,
      type: 'eip1559',
      nonce: 0,
      to: NOTES,
      gas: 60_000n,
    } as const;
    const raw = await chain.account.signTransaction({
      ...{ ...foreign, chainId, data: `0x${'00'.repeat(31)}63` },
      ...{ maxFeePerGas: parseGwei('100'), maxPriorityFeePerGas: parseGwei('50') },
    });
    await chain.rpc('eth_sendRawTransaction', raw);
    await chain.mine();
    await outcome;
    expect(await chain.noted()).toEqual([99]);
  });

  test('an endpoint that gives no receipts for a while makes nobody think that the nonce was taken', async ({
    chain,
    expect,
  }) => {
    let isFailing = true;
    let asked = 0;
    const client = {
      ...chain.client,
      getTransactionReceipt: async (args: { hash: Hex }) => {
        asked += 1;
        if (isFailing) throw new Error('cut off');
        return await chain.client.getTransactionReceipt(args);
      },
    } as typeof chain.client;
    const receipt = chain.process({ client, stuckAfterMs: 50 }).simulateAndSend(note(1));
    await expect.poll(() => pooled(chain), PATIENCE).toBe(1);
    await chain.mine();
    // Longer than it takes to be sure of a nonce that was taken.
    await expect.poll(() => asked, PATIENCE).toBeGreaterThan(3);
    isFailing = false;
    expect((await receipt).status).toBe('success');
    expect(await chain.noted()).toEqual([1]);
  });

  test('what another process has in the pool is left there: the next nonce is taken', async ({
    chain,
    expect,
  }) => {
    await expect(chain.process().simulateAndSend(note(1), KILLED)).rejects.toThrow();
    const other = chain.process({ signed: undefined }).simulateAndSend(note(2));
    await expect.poll(() => pooled(chain), PATIENCE).toBe(2);
    await chain.mineUntil(other);
    expect(await chain.noted()).toEqual([1, 2]);
  });

  test('a new process sees through the call that the last one had sent, and sends no second one', async ({
    chain,
    expect,
  }) => {
    await expect(chain.process().simulateAndSend(note(1), KILLED)).rejects.toThrow();
    const [sent] = await chain.pool();
    const sender = chain.process();
    await expect(sender.simulateAndSend(note(1), KILLED)).rejects.toThrow();
    await chain.mine();
    const signed = openSignedTransactions(chain.path);
    expect(signed.read()).not.toEqual([]);
    // It got into a block behind everybody's back.
    expect((await sender.simulateAndSend(note(1))).transactionHash).toBe(sent!.hash);
    // Somebody was told: there is nothing left to see through.
    expect(signed.read()).toEqual([]);
    await chain.mine();
    expect(await chain.noted()).toEqual([1]);
    expect(await chain.client.getTransactionCount({ address: chain.account.address })).toBe(1);
  });

  test('a call that nobody waits for makes room for the next one, and is made once when it is asked for again', async ({
    chain,
    expect,
  }) => {
    await expect(chain.process().simulateAndSend(note(1), KILLED)).rejects.toThrow();
    const sender = chain.process();
    const [unwanted] = await chain.pool();
    const next = sender.simulateAndSend(note(2));
    await expect.poll(async () => (await chain.pool())[0]?.hash, PATIENCE).not.toBe(unwanted!.hash);
    expect(await pooled(chain)).toBe(1);
    await chain.mineUntil(next);
    expect(await chain.noted()).toEqual([2]);
    await chain.mineUntil(sender.simulateAndSend(note(1)));
    expect(await chain.noted()).toEqual([2, 1]);
  });

  test('a call overtaken by one that nobody waited for any more is sent with the next nonce', async ({
    chain,
    expect,
  }) => {
    await expect(chain.process().simulateAndSend(note(1), KILLED)).rejects.toThrow();
    const [unwanted] = await chain.pool();
    const raw = await chain.rpc('eth_getRawTransactionByHash', unwanted!.hash);
    let isCut = false;
    const next = chain.process({ client: chain.clientUnless(() => isCut) }).simulateAndSend(note(2));
    await expect.poll(async () => (await chain.pool())[0]?.hash, PATIENCE).not.toBe(unwanted!.hash);
    isCut = true;
    await chain.rpc('anvil_dropAllTransactions');
    await chain.rpc('eth_sendRawTransaction', raw);
    await chain.mine();
    expect(await chain.noted()).toEqual([1]);
    isCut = false;
    await chain.mineUntil(next);
    expect(await chain.noted()).toEqual([1, 2]);
  });

  test('a transaction that the pool lost is sent again, and so is one that it lost below those of this process', async ({
    chain,
    news,
    expect,
  }) => {
    const killed = chain.process();
    await Promise.allSettled([1, 2].map((number) => killed.simulateAndSend(note(number), KILLED)));
    await expect.poll(() => pooled(chain), PATIENCE).toBe(2);
    const [lost] = await chain.pool();
    const third = chain.process(noting(news)).simulateAndSend(note(2));
    await chain.rpc('anvil_dropTransaction', lost!.hash);
    await chain.mineUntil(third);
    expect(await chain.noted()).toEqual([1, 2]);
    expect(kindsOf(news)).toEqual(new Set(['sent_again']));
  });

  test('a gap of which nothing is known is filled with an empty transaction', async ({
    chain,
    news,
    expect,
  }) => {
    await expect(chain.process().simulateAndSend(note(1), KILLED)).rejects.toThrow();
    const second = chain.process({ signed: undefined, ...noting(news) }).simulateAndSend(note(2));
    await expect.poll(() => pooled(chain), PATIENCE).toBe(2);
    await expect.poll(() => kindsOf(news).has('waits_behind'), PATIENCE).toBe(true);
    await chain.rpc('anvil_dropTransaction', (await chain.pool())[0]!.hash);
    await chain.mineUntil(second);
    expect(await chain.noted()).toEqual([2]);
    expect(kindsOf(news)).toContain('gap_filled');
  });

  test('a call that a reorg took away is sent again as it was when it is asked for, and has effect once', async ({
    chain,
    expect,
  }) => {
    // Patient, so that nothing but the reorg makes it send again.
    const sender = chain.process({ stuckAfterMs: 20_000 });
    const fork = await chain.rpc('evm_snapshot');
    const first = await chain.mineUntil(sender.simulateAndSend(note(1)));
    await chain.rpc('evm_revert', fork);
    await chain.mine();
    await chain.mine();
    expect(await chain.noted()).toEqual([]);
    const again = await chain.mineUntil(sender.simulateAndSend(note(1)));
    expect(again.transactionHash).toBe(first.transactionHash);
    expect(again.blockHash).not.toBe(first.blockHash);
    expect(await chain.noted()).toEqual([1]);
  });

  test('calls that a reorg took away come back before the next one, which may build on them', async ({
    chain,
    expect,
  }) => {
    const sender = chain.process();
    const fork = await chain.rpc('evm_snapshot');
    await chain.mineUntil(Promise.all([1, 2].map((number) => sender.simulateAndSend(note(number)))));
    await chain.rpc('evm_revert', fork);
    for (let block = 0; block < 4; block += 1) await chain.mine();
    await chain.mineUntil(sender.simulateAndSend(note(3)));
    expect(await chain.noted()).toEqual([1, 2, 3]);
  });

  test('a call that a reorg took away and that would fail now leaves its nonce to the next one: nothing waits behind a gap', async ({
    chain,
    expect,
  }) => {
    const sender = chain.process({ stuckAfterMs: 20_000 });
    const fork = await chain.rpc('evm_snapshot');
    await chain.mineUntil(sender.simulateAndSend(note(1)));
    await chain.rpc('evm_revert', fork);
    await chain.rpc('anvil_setCode', NOTES, REVERTING_CODE);
    await chain.rpc('anvil_setCode', OTHER_NOTES, NOTES_CODE);
    for (let block = 0; block < 4; block += 1) await chain.mine();
    const next = sender.simulateAndSend({ ...note(2), address: OTHER_NOTES });
    await expect.poll(() => pooled(chain), PATIENCE).toBe(1);
    expect((await chain.pool())[0]).toMatchObject({ nonce: 0 });
    expect(await chain.mineUntil(next)).toMatchObject({ status: 'success' });
  });

  test('an account that cannot pay says so by name, and sends once it can', async ({ chain, expect }) => {
    await chain.rpc('anvil_setBalance', chain.account.address, '0x0');
    const sender = chain.process();
    await expect(sender.simulateAndSend(note(1))).rejects.toMatchObject({ code: 'INSUFFICIENT_GAS_FUNDS' });
    await chain.rpc('anvil_setBalance', chain.account.address, '0xde0b6b3a7640000');
    await chain.mineUntil(sender.simulateAndSend(note(1)));
    expect(await chain.noted()).toEqual([1]);
  });

  test('a file with notes that are no transactions is none of anyone’s business', async ({
    chain,
    expect,
  }) => {
    writeFileSync(chain.path, 'not a transaction\n0x1234\n');
    await chain.mineUntil(chain.process().simulateAndSend(note(1)));
    expect(existsSync(chain.path)).toBe(true);
    expect(await chain.noted()).toEqual([1]);
  });
});
