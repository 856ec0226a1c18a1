import fc from 'fast-check';
import { contains } from 'ox/Bloom';
import { expect, test } from 'vitest';
import { createLogsBloom } from './bloom.ts';
import { blockOf, blocksWithReceipts, mainnetBlocks, receiptsOf } from './mainnet.fixture.ts';
import { mutations } from './mutation.fixture.ts';
import { judgeReceipt, judgeReceipts } from './receiptJudge.ts';
import { proveReceipts } from './receipts.ts';
import { judgeTransaction } from './transactionJudge.ts';

test('there are real receipts with logs, with a status and with a root', () => {
  const outcomes = blocksWithReceipts.flatMap((fixture) =>
    receiptsOf(fixture).receipts.map(({ outcome, logs }) => `${outcome.field} ${logs.length > 0}`),
  );
  expect([...new Set(outcomes)].sort()).toEqual(['root false', 'status false', 'status true']);
});

test.each(blocksWithReceipts)(
  'whatever is changed in the real receipts of $fork, they are not proven',
  (fixture) => {
    const truth = receiptsOf(fixture);
    const senders = truth.receipts.map((_, index) => index);
    expect(judgeReceipts(fixture.receipts, truth, 'ethereum', senders)).toEqual({ kind: 'proven' });
    fc.assert(
      fc.property(mutations(fixture.receipts), ({ answer, path }) => {
        const { kind } = judgeReceipts(answer, truth, 'ethereum', senders);
        // Where no contract was created, or the number is no longer one that can be read.
        if (/\.(contractAddress|removed)$/.test(path)) expect(kind).not.toBe('proven');
        else expect(kind).toBe('refuted');
        expect(judgeReceipts(answer, truth, 'unknown', senders).kind).toBe('unprovable');
        const proof = proveReceipts(answer, truth.block);
        if (proof.kind === 'proven') expect(proof.truth.receipts).toEqual(truth.receipts);
      }),
      { numRuns: 250 },
    );
  },
);

test.each(blocksWithReceipts)('each receipt of $fork is judged alone', (fixture) => {
  const truth = receiptsOf(fixture);
  for (const [index, answer] of (fixture.receipts ?? []).entries()) {
    expect(judgeReceipt(answer, truth, index, 'ethereum')).toEqual({ kind: 'proven' });
    expect(judgeReceipt(null, truth, index, 'ethereum').kind).toBe('unprovable');
    const other = fixture.receipts?.[index + 1];
    if (other) expect(judgeReceipt(other, truth, index, 'ethereum').kind).toBe('refuted');
  }
});

test('a status that a node makes up for a receipt with a root is neither proof nor lie', () => {
  const fixture = blocksWithReceipts.find(({ fork }) => fork === 'Frontier');
  if (fixture === undefined) throw new Error('no fixture');
  const { root, ...receipt } = fixture.receipts?.[0] ?? { root: undefined };
  const answer = [{ ...receipt, status: '0x1' }];
  expect(judgeReceipts(answer, receiptsOf(fixture), 'ethereum', [])).toEqual({
    kind: 'unprovable',
    why: 'no root',
  });
  expect(proveReceipts(answer, blockOf(fixture)).kind).toBe('unprovable');
});

test('what follows from gas by the rules of a fork is no lie after the last fork whose rules are known', () => {
  const fixture = blocksWithReceipts[0];
  if (fixture === undefined) throw new Error('no fixture');
  const truth = receiptsOf(fixture);
  const { header } = truth.block;
  const fields = { ...header.fields, blockAccessListHash: header.hash };
  const later = { ...truth, block: { ...truth.block, header: { ...header, fields } } };
  const answer = fixture.receipts?.map((receipt) => ({ ...receipt, gasUsed: '0x1' }));
  expect(judgeReceipts(answer, truth, 'ethereum', [])).toEqual({ kind: 'refuted', why: 'gasUsed' });
  expect(judgeReceipts(answer, later, 'ethereum', []).kind).toBe('unprovable');
});

test('a surplus receipt, as Polygon’s nodes add to some blocks, is a lie on Ethereum alone', () => {
  const fixture = blocksWithReceipts[0];
  if (fixture?.receipts === undefined) throw new Error('no fixture');
  const answer = [...fixture.receipts, ...fixture.receipts];
  expect(proveReceipts(answer, blockOf(fixture)).kind).toBe('unprovable');
  expect(judgeReceipts(answer, receiptsOf(fixture), 'ethereum', [])).toEqual({
    kind: 'refuted',
    why: 'receipts',
  });
  expect(judgeReceipts(answer, receiptsOf(fixture), 'unknown', []).kind).toBe('unprovable');
});

test('receipts of another block prove nothing', () => {
  for (const one of blocksWithReceipts) {
    for (const other of mainnetBlocks) {
      if (one !== other) expect(proveReceipts(one.receipts, blockOf(other)).kind).toBe('unprovable');
    }
  }
});

test.each(blocksWithReceipts)('the bloom of a real block of $fork is that of its logs', (fixture) => {
  const { receipts, block } = receiptsOf(fixture);
  const items = receipts.flatMap(({ logs }) => logs.flatMap(({ address, topics }) => [address, ...topics]));
  expect(createLogsBloom()(items)).toBe(block.header.fields.logsBloom);
  for (const item of items) expect(contains(block.header.fields.logsBloom, item)).toBe(true);
});

test('what old or odd nodes leave out or repeat otherwise accuses none of them', () => {
  const fixture = blocksWithReceipts.at(-1);
  if (fixture?.receipts === undefined) throw new Error('no fixture');
  const truth = receiptsOf(fixture);
  const [real] = fixture.receipts;
  const time = truth.block.header.fields.timestamp;
  const odd = [{ type: undefined }, { blockTimestamp: '0x0' }, { contractAddress: `0x${'0'.repeat(40)}` }];
  for (const change of odd)
    expect(judgeReceipt({ ...real, ...change }, truth, 0, 'ethereum').kind).toBe('unprovable');
  const right = [
    { effectiveGasPrice: null },
    { blockTimestamp: time },
    { blockTimestamp: Number(time) },
    { root: '0x' },
  ];
  for (const change of right)
    expect(judgeReceipt({ ...real, ...change }, truth, 0, 'ethereum')).toEqual({ kind: 'proven' });
  const transaction = fixture.block.transactions[0];
  for (const change of [
    { type: undefined },
    { v: '0x25' },
    { v: '0x1c', yParity: undefined },
    { gasPrice: '0x0' },
  ])
    expect(judgeTransaction({ ...transaction, ...change }, truth.block, 0, 'ethereum').kind).not.toBe(
      'refuted',
    );
});
