import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  judgeAccountProof,
  judgeBalance,
  judgeCode,
  judgeStorageAt,
  judgeTransactionCount,
  proveAccount,
} from './account.ts';
import { proveBlock } from './block.ts';
import { judgeBlock } from './blockJudge.ts';
import { judgeHeader, proveHeader } from './header.ts';
import { judgeLogs, judgeLogsByBloom } from './logs.ts';
import { blocksWithReceipts, mainnetProof, receiptsOf, truthOf } from './mainnet.fixture.ts';
import { judgeReceipt, judgeReceipts } from './receiptJudge.ts';
import { proveReceipts } from './receipts.ts';
import { judgeTransaction } from './transactionJudge.ts';

const fixture = blocksWithReceipts.at(-1);
if (fixture === undefined) throw new Error('no fixture');
const receipts = receiptsOf(fixture);
const { block } = receipts;
const question = {
  stateRoot: mainnetProof.stateRoot,
  address: mainnetProof.answer.address,
  slots: ['0x1' as const],
};
const account = truthOf(await proveAccount(mainnetProof.answer, question));
const filter = { addresses: [], topics: [] };

/** All that is ever asked of an answer. */
async function everyVerdict(answer: unknown): Promise<{ kind: string; why?: string }[]> {
  return [
    proveHeader(answer, block.header.hash),
    judgeHeader(answer, block.header, 'ethereum'),
    proveBlock(answer, block.header),
    judgeBlock(answer, block, 'ethereum', [0, 1, 2]),
    judgeTransaction(answer, block, 0, 'ethereum'),
    judgeTransaction(answer, block, 99, 'ethereum'),
    proveReceipts(answer, block),
    judgeReceipts(answer, receipts, 'ethereum', [0, 1, 2]),
    judgeReceipt(answer, receipts, 0, 'ethereum'),
    judgeReceipt(answer, receipts, 99, 'ethereum'),
    judgeLogs(answer, filter, receipts, 'ethereum'),
    judgeLogsByBloom(answer, filter, block.header, 'ethereum'),
    await proveAccount(answer, question),
    judgeAccountProof(answer, account, 'ethereum'),
    judgeBalance(answer, account, 'ethereum'),
    judgeTransactionCount(answer, account, 'ethereum'),
    judgeCode(answer, account, 'ethereum'),
    judgeStorageAt(answer, '0x1', account, 'ethereum'),
  ];
}

const LIKELY_NAMES = [
  ...Object.keys(fixture.block),
  ...Object.keys(fixture.block.transactions[0] ?? {}),
  ...Object.keys(fixture.receipts?.[0] ?? {}),
  ...Object.keys(mainnetProof.answer),
  ...[
    'key',
    'proof',
    'value',
    'topics',
    'data',
    'storageKeys',
    'authorizationList',
    '__proto__',
    'constructor',
    'length',
  ],
];

const scalar = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1e300,
    '',
    '0x',
    '0x0',
    '0x00',
    '0xg',
    '0x1',
    `0x${'f'.repeat(64)}`,
  ),
  fc.constantFrom(block.header.hash, `0x${'0'.repeat(65)}`, '0X1', 'latest', '0x-1', '0x1n'),
  fc.string(),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
);

const { anything: answers } = fc.letrec<{ anything: unknown }>((tie) => ({
  anything: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('anything'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...LIKELY_NAMES), tie('anything'), { maxKeys: 8 }),
    fc.jsonValue(),
  ),
}));

test('whatever a node answers, nothing is thrown, and what cannot be read accuses nobody', async () => {
  await fc.assert(
    fc.asyncProperty(answers, async (generated) => {
      // As it arrives: some names exist only in JSON that was parsed.
      const answer: unknown = JSON.parse(JSON.stringify(generated) ?? 'null');
      for (const verdict of await everyVerdict(answer)) {
        expect(['proven', 'refuted', 'unprovable']).toContain(verdict.kind);
        if (verdict.kind !== 'proven') expect(verdict.why).toMatch(/^[a-zA-Z0-9 ]+$/);
      }
    }),
    { numRuns: 400 },
  );
});

test('a real answer of which any part is replaced by anything never throws', async () => {
  const real = [fixture.block, fixture.receipts, mainnetProof.answer, fixture.block.transactions[0]];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...real),
      fc.array(fc.nat(), { maxLength: 6 }),
      answers,
      async (...args) => {
        const [answer, path, part] = args;
        await everyVerdict(replaced(answer, path, part));
      },
    ),
    { numRuns: 300 },
  );
});

test('an answer as large as a response may be never throws', async () => {
  const many = (item: unknown) => Array.from({ length: 150_000 }, () => item);
  const [transaction] = fixture.block.transactions;
  const [receipt] = fixture.receipts ?? [];
  const keys = many(block.header.hash);
  const large = [
    many('0x0'),
    many(null),
    { ...fixture.block, transactions: many(block.header.hash) },
    {
      ...fixture.block,
      transactions: [{ ...transaction, accessList: [{ address: receipt?.to, storageKeys: keys }] }],
    },
    { ...transaction, input: `0x${'ab'.repeat(4_000_000)}` },
    { ...fixture.block, extraData: `0x${'ab'.repeat(4_000_000)}`, withdrawals: many({}) },
    { ...receipt, logs: many(receipt?.logs[0]) },
    [{ ...receipt, logs: many(receipt?.logs[0]) }, ...(fixture.receipts ?? []).slice(1)],
    { ...mainnetProof.answer, storageProof: many({ key: '0x1', value: '0x1', proof: keys }) },
    `0x${'ab'.repeat(4_000_000)}`,
  ];
  for (const answer of large) {
    for (const { kind } of await everyVerdict(answer))
      expect(['refuted', 'unprovable', 'proven']).toContain(kind);
  }
});

function replaced(value: unknown, path: readonly number[], part: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return part;
  const keys = Object.keys(value);
  const key = keys[step % Math.max(1, keys.length)];
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    name === key ? replaced(item, rest, part) : item,
  ]);
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}
