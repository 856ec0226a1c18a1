import fc from 'fast-check';
import { type Hex, keccak256, numberToHex, sha256, type TransactionSerializable } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  judgeAccountProof,
  judgeBalance,
  judgeCode,
  judgeStorageAt,
  judgeTransactionCount,
  type ProvenAccount,
  proveAccount,
} from '../router/watcher/proof/account.ts';
import { type ProvenBlock, proveBlock } from '../router/watcher/proof/block.ts';
import { judgeBlock } from '../router/watcher/proof/blockJudge.ts';
import { judgeHeader, type ProvenHeader, proveHeader } from '../router/watcher/proof/header.ts';
import { judgeLogs, judgeLogsByBloom } from '../router/watcher/proof/logs.ts';
import { truthOf } from '../router/watcher/proof/mainnet.fixture.ts';
import { mutations } from '../router/watcher/proof/mutation.fixture.ts';
import { judgeReceipt, judgeReceipts } from '../router/watcher/proof/receiptJudge.ts';
import { type ProvenReceipts, proveReceipts } from '../router/watcher/proof/receipts.ts';
import { readTransaction } from '../router/watcher/proof/transaction.ts';
import { judgeTransaction } from '../router/watcher/proof/transactionJudge.ts';
import type { Verdict } from '../router/watcher/proof/verdict.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { devAccount } from './fixtures/settlementChain.ts';

const CHAIN_ID = 31337;
const FORKS = ['berlin', 'london', 'shanghai', 'cancun', 'prague', 'osaka'] as const;
type Fork = (typeof FORKS)[number];

const sender = devAccount(1);
const other = devAccount(2);
const recipient: Hex = `0x${'aa'.repeat(20)}`;
const nobody: Hex = `0x${'bb'.repeat(20)}`;
// Stores 42 at slot 0, logs one word under two topics, and leaves three bytes of code.
const topic: Hex = `0x${'11'.repeat(32)}`;
const CREATION: Hex = `0x602a6000556001607f7f${topic.slice(2)}60206000a26003603760003960036000f3600060`;

type Answer = Record<string, unknown>;

interface Node {
  readonly rpc: (method: string, ...params: unknown[]) => Promise<unknown>;
  readonly block: Answer & { readonly hash: Hex; readonly transactions: readonly (Answer & { hash: Hex })[] };
  readonly receipts: readonly (Answer & { readonly contractAddress: Hex | null })[];
  readonly logs: readonly Answer[];
}

async function startNode(fork: Fork): Promise<{ anvil: Anvil; rpc: Node['rpc'] }> {
  const flags = ['--hardfork', fork, '--no-mining', '--order', 'fifo'];
  const anvil = await startAnvil({ chainId: CHAIN_ID, flags });
  let id = 0;
  const rpc = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const response = await fetch(anvil.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
    });
    const answer = (await response.json()) as { result?: unknown; error?: unknown };
    if (answer.error !== undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  };
  return { anvil, rpc };
}

/** A block with a transaction of each kind that the fork has. */
async function mineBlock(fork: Fork, rpc: Node['rpc']): Promise<Node> {
  let nonce = 0;
  const send = async (transaction: Partial<TransactionSerializable>) => {
    const base = { chainId: CHAIN_ID, nonce: nonce++, gas: 300_000n, to: recipient, value: 5n };
    const signed = await sender.signTransaction({ ...base, ...transaction } as TransactionSerializable);
    await rpc('eth_sendRawTransaction', signed);
  };
  const price = { gasPrice: 3_000_000_000n };
  const fees = { maxFeePerGas: 3_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
  const accessList = [{ address: recipient, storageKeys: [topic, numberToHex(1, { size: 32 })] }];
  await send({ type: 'legacy', ...price });
  await send({ type: 'eip2930', ...price, accessList });
  await send({ type: 'legacy', ...price, to: undefined, value: 0n, data: CREATION });
  if (fork !== 'berlin') {
    await send({ type: 'eip1559', ...fees, accessList, data: '0x1234' });
    await send({ type: 'eip1559', ...fees, to: undefined, value: 0n, data: CREATION });
    // Runs out of gas: a receipt that says that it failed.
    await send({ type: 'eip1559', ...fees, to: undefined, value: 0n, data: CREATION, gas: 60_000n });
  }
  if (fork === 'prague' || fork === 'osaka') {
    const authorization = await other.signAuthorization?.({
      chainId: CHAIN_ID,
      address: recipient,
      nonce: 0,
    });
    if (authorization === undefined) throw new Error('no authorization');
    await send({ type: 'eip7702', ...fees, authorizationList: [authorization] });
  }
  await rpc('evm_mine');
  const block = (await rpc('eth_getBlockByNumber', '0x1', true)) as Node['block'];
  return {
    rpc,
    block,
    receipts: (await rpc('eth_getBlockReceipts', '0x1')) as Node['receipts'],
    logs: (await rpc('eth_getLogs', { blockHash: block.hash })) as Node['logs'],
  };
}

/** Whatever is changed in an answer is judged to be something else than proven, and never throws. */
function expectNoProofOfLies(
  answer: unknown,
  judge: (answer: unknown) => Verdict,
  untouched: string[] = [],
): void {
  expect(judge(answer)).toEqual({ kind: 'proven' });
  fc.assert(
    fc.property(mutations(answer, untouched), (mutation) => {
      expect(judge(mutation.answer).kind, mutation.path).not.toBe('proven');
    }),
    { numRuns: 80 },
  );
}

describe.each(FORKS)('a real node at %s', (fork) => {
  let anvil: Anvil;
  let node: Node;
  let header: ProvenHeader;
  let block: ProvenBlock;
  let receipts: ProvenReceipts;
  let everyone: number[];

  beforeAll(async () => {
    const started = await startNode(fork);
    anvil = started.anvil;
    node = await mineBlock(fork, started.rpc);
    header = truthOf(proveHeader(node.block, node.block.hash));
    block = truthOf(proveBlock(node.block, header));
    receipts = truthOf(proveReceipts(node.receipts, block));
    everyone = [...block.transactions.keys()];
  });

  afterAll(async () => {
    await anvil?.stop();
  });

  test('its header and block are proven, changed ones are not', () => {
    const beside = ['size', 'totalDifficulty'];
    const { transactions, ...rest } = node.block;
    expectNoProofOfLies(rest, (answer) => judgeHeader(answer, header, 'ethereum'), [
      ...beside,
      'uncles',
      'withdrawals',
    ]);
    expectNoProofOfLies(node.block, (answer) => judgeBlock(answer, block, 'ethereum', everyone), beside);
    const hashes = { ...rest, transactions: transactions.map(({ hash }) => hash) };
    expectNoProofOfLies(hashes, (answer) => judgeBlock(answer, block, 'ethereum', []), beside);
    const types = new Set(transactions.map(({ type }) => type));
    expect([...types].sort()).toEqual(
      { berlin: ['0x0', '0x1'], prague: ['0x0', '0x1', '0x2', '0x4'], osaka: ['0x0', '0x1', '0x2', '0x4'] }[
        fork as string
      ] ?? ['0x0', '0x1', '0x2'],
    );
  });

  test('each transaction and receipt that is asked for alone is proven, changed ones are not', async () => {
    for (const [index, { hash }] of node.block.transactions.entries()) {
      const transaction = await node.rpc('eth_getTransactionByHash', hash);
      expectNoProofOfLies(transaction, (answer) => judgeTransaction(answer, block, index, 'ethereum'));
      const receipt = await node.rpc('eth_getTransactionReceipt', hash);
      expectNoProofOfLies(
        receipt,
        (answer) => judgeReceipt(answer, receipts, index, 'ethereum'),
        UNCOMMITTED,
      );
    }
  });

  test('its receipts and logs are proven, changed ones are not', async () => {
    const untouched = UNCOMMITTED.map((name) => `*.${name}`);
    expectNoProofOfLies(
      node.receipts,
      (answer) => judgeReceipts(answer, receipts, 'ethereum', everyone),
      untouched,
    );
    const statuses = new Set(node.receipts.map(({ status }) => status));
    expect([...statuses].sort()).toEqual(fork === 'berlin' ? ['0x1'] : ['0x0', '0x1']);
    const everything = { addresses: [], topics: [] };
    expectNoProofOfLies(node.logs, (answer) => judgeLogs(answer, everything, receipts, 'ethereum'));
    const created = createdContract(node);
    const filters = [
      { addresses: [created], topics: [] },
      { addresses: [], topics: [[topic]] },
      { addresses: [created, nobody], topics: [[topic], [topic, numberToHex(0x7f, { size: 32 })]] },
      { addresses: [nobody], topics: [] },
      { addresses: [], topics: [[], [topic]] },
    ];
    for (const filter of filters) {
      const topics = filter.topics.map((wanted) => (wanted.length === 0 ? null : wanted));
      const address = filter.addresses.length === 0 ? undefined : filter.addresses;
      const answer = await node.rpc('eth_getLogs', { fromBlock: '0x1', toBlock: '0x1', address, topics });
      expect(judgeLogs(answer, filter, receipts, 'ethereum')).toEqual({ kind: 'proven' });
      // A bloom knows no positions: it excludes the filter of a stranger alone.
      const isStranger = filter.addresses.join() === nobody;
      const byBloom = judgeLogsByBloom(answer, filter, header, 'ethereum');
      expect(byBloom.kind).toBe(isStranger ? 'proven' : 'unprovable');
    }
  });

  test('its accounts and storage are proven, and with them what it says of each', async () => {
    const created = createdContract(node);
    const slots = [numberToHex(0, { size: 32 }), numberToHex(1, { size: 32 })];
    for (const address of [created, recipient, sender.address.toLowerCase() as Hex, other.address, nobody]) {
      const question = { stateRoot: header.fields.stateRoot, address, slots };
      const answer = await node.rpc('eth_getProof', address, slots, '0x1');
      const account = truthOf(await proveAccount(answer, question));
      const judges: [string, unknown, (answer: unknown) => Verdict][] = [
        ['eth_getBalance', [address], (said) => judgeBalance(said, account, 'ethereum')],
        ['eth_getTransactionCount', [address], (said) => judgeTransactionCount(said, account, 'ethereum')],
        ['eth_getCode', [address], (said) => judgeCode(said, account, 'ethereum')],
        ...slots.map((slot): [string, unknown, (answer: unknown) => Verdict] => [
          'eth_getStorageAt',
          [address, slot],
          (said) => judgeStorageAt(said, slot, account, 'ethereum'),
        ]),
      ];
      for (const [method, params, judge] of judges)
        expectNoProofOfLies(await node.rpc(method, ...(params as unknown[]), '0x1'), judge);
      await expectNoOtherAccount(answer, question, account);
    }
  });
});

const UNCOMMITTED = ['blobGasPrice'];

function createdContract({ receipts }: Node): Hex {
  const created = receipts.find(({ contractAddress }) => contractAddress !== null)?.contractAddress;
  if (!created) throw new Error('no contract');
  return created;
}

/** Whatever is changed in a proof, it proves nothing or the same. */
async function expectNoOtherAccount(
  answer: unknown,
  question: Parameters<typeof proveAccount>[1],
  account: ProvenAccount,
): Promise<void> {
  expect(judgeAccountProof(answer, account, 'ethereum')).toEqual({ kind: 'proven' });
  await fc.assert(
    fc.asyncProperty(mutations(answer, ['storageProof']), async (mutation) => {
      const proof = await proveAccount(mutation.answer, question);
      const isNode = /accountProof|\.proof/.test(mutation.path);
      if (!isNode) expect(judgeAccountProof(mutation.answer, account, 'ethereum').kind).not.toBe('proven');
      if (proof.kind !== 'proven') return;
      const { storage, ...rest } = proof.truth;
      expect({ ...rest, storage: account.storage }).toEqual(account);
      for (const [slot, value] of storage) expect(account.storage.get(slot)).toBe(value);
    }),
    { numRuns: 80 },
  );
}

test('a block with blobs, to which this node commits with its blobs, is unprovable: nobody is accused', async () => {
  const { anvil, rpc } = await startNode('cancun');
  try {
    // The blob of zeros: its commitment and proof are the point at infinity.
    const commitment: Hex = `0xc0${'00'.repeat(47)}`;
    const sidecar = { blob: `0x${'00'.repeat(131_072)}` as Hex, commitment, proof: commitment };
    const signed = await sender.signTransaction({
      type: 'eip4844',
      chainId: CHAIN_ID,
      nonce: 0,
      gas: 100_000n,
      to: recipient,
      maxFeePerGas: 3_000_000_000n,
      maxPriorityFeePerGas: 1n,
      maxFeePerBlobGas: 1_000_000_000n,
      blobVersionedHashes: [`0x01${sha256(commitment).slice(4)}`],
      sidecars: [sidecar],
    });
    const hash = await rpc('eth_sendRawTransaction', signed);
    await rpc('evm_mine');
    const block = (await rpc('eth_getBlockByNumber', '0x1', true)) as Node['block'];
    const transaction = readTransaction(block.transactions[0]);
    expect(transaction?.hash).toBe(hash);
    expect(transaction?.sender()).toBe(sender.address.toLowerCase());
    expect(keccak256(signed)).not.toBe(hash);
    const header = truthOf(proveHeader(block, block.hash));
    expect(proveBlock(block, header)).toEqual({
      kind: 'unprovable',
      why: 'transactionsRoot of another form',
    });
  } finally {
    await anvil.stop();
  }
});
