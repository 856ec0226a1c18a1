import fc from 'fast-check';
import { expect, test } from 'vitest';
import { proveBlock } from './block.ts';
import { judgeBlock } from './blockJudge.ts';
import { blockOf, headerOf, mainnetBlocks, mainnetHeaders } from './mainnet.fixture.ts';
import { mutations } from './mutation.fixture.ts';
import { judgeTransaction } from './transactionJudge.ts';
import { readWithdrawals, withdrawalsRoot } from './withdrawals.ts';

const BESIDE = ['size', 'totalDifficulty'];
const everyone = (count: number) => Array.from({ length: count }, (_, index) => index);

test.each(mainnetBlocks)('the transactions of a real block of $fork are proven by its root', (fixture) => {
  const truth = blockOf(fixture);
  expect(truth.transactions.map(({ hash }) => hash)).toEqual(
    fixture.block.transactions.map(({ hash }) => hash),
  );
});

test.each(mainnetBlocks)('whatever is changed in a real block of $fork, it is not proven', (fixture) => {
  const whole = { ...fixture.block, uncles: [] };
  const truth = blockOf(fixture);
  const senders = everyone(truth.transactions.length);
  const expected = fixture.fork.includes('uncle') ? 'unprovable' : 'proven';
  expect(judgeBlock(whole, truth, 'ethereum', senders).kind).toBe(expected);
  fc.assert(
    fc.property(mutations(whole, BESIDE), ({ answer, path }) => {
      const { kind } = judgeBlock(answer, truth, 'ethereum', senders);
      // What a node repeats may be written otherwise.
      const isRepetition = /^transactions\.\d+\.(v|gasPrice|chainId|yParity|type)$/.test(path);
      if (isRepetition) expect(kind).not.toBe('proven');
      else expect(kind).toBe('refuted');
      expect(judgeBlock(answer, truth, 'unknown', senders).kind).toBe('unprovable');
      const proof = proveBlock(answer, truth.header);
      if (proof.kind === 'proven')
        expect(proof.truth.transactions.map(({ hash }) => hash)).toEqual(
          truth.transactions.map(({ hash }) => hash),
        );
    }),
    { numRuns: 120 },
  );
});

test.each(mainnetBlocks)(
  'a block of $fork may be answered with the hashes of its transactions',
  (fixture) => {
    if (fixture.fork.includes('uncle')) return;
    const truth = blockOf(fixture);
    const hashes = fixture.block.transactions.map(({ hash }) => hash);
    const answer = { ...fixture.block, transactions: hashes };
    expect(judgeBlock(answer, truth, 'ethereum', [])).toEqual({ kind: 'proven' });
    fc.assert(
      fc.property(mutations(answer, BESIDE), (mutation) => {
        expect(judgeBlock(mutation.answer, truth, 'ethereum', []).kind).toBe('refuted');
      }),
      { numRuns: 60 },
    );
    // Hashes alone prove nothing.
    expect(proveBlock(answer, truth.header).kind).toBe('unprovable');
  },
);

test.each(mainnetBlocks)('each transaction of a block of $fork is judged alone', (fixture) => {
  const truth = blockOf(fixture);
  for (const [index, answer] of fixture.block.transactions.entries()) {
    expect(judgeTransaction(answer, truth, index, 'ethereum')).toEqual({ kind: 'proven' });
    expect(judgeTransaction(null, truth, index, 'ethereum').kind).toBe('unprovable');
    const other = fixture.block.transactions[index + 1];
    if (other) expect(judgeTransaction(other, truth, index, 'ethereum').kind).toBe('refuted');
  }
});

test('the real withdrawals of a block are proven, changed ones are not', () => {
  const fixture = mainnetHeaders.find(({ fork }) => fork === 'Prague');
  if (fixture === undefined) throw new Error('no fixture');
  const header = headerOf(fixture);
  const { withdrawals } = fixture.block;
  const root = (value: unknown) => withdrawalsRoot(readWithdrawals(value) ?? []);
  expect(root(withdrawals)).toBe(header.fields.withdrawalsRoot);
  fc.assert(
    fc.property(mutations(withdrawals), ({ answer }) => {
      expect(root(answer)).not.toBe(header.fields.withdrawalsRoot);
    }),
  );
  expect(readWithdrawals([{ index: '0x1' }])).toBeUndefined();
  expect(readWithdrawals(undefined)).toBeUndefined();
});

test('withdrawals to whose root a header does not commit are unprovable, as those of a rollup of OP', () => {
  const empty = mainnetHeaders.find(({ fork }) => fork.startsWith('Amsterdam'));
  if (empty === undefined) throw new Error('no fixture');
  const answer = { ...empty.block, transactions: [], withdrawals: [], uncles: [] };
  const header = headerOf(empty);
  const block = proveBlock(answer, header);
  if (block.kind !== 'proven') throw new Error('unproven');
  expect(judgeBlock(answer, block.truth, 'ethereum', [])).toEqual({ kind: 'proven' });
  const storageRoot = { ...header, fields: { ...header.fields, withdrawalsRoot: header.hash } };
  const rollup = proveBlock(answer, storageRoot);
  if (rollup.kind !== 'proven') throw new Error('unproven');
  expect(judgeBlock({ ...answer, withdrawalsRoot: header.hash }, rollup.truth, 'ethereum', [])).toEqual({
    kind: 'unprovable',
    why: 'no withdrawals',
  });
});

test('a signature is recovered only for the senders that are asked for', () => {
  const fixture = mainnetBlocks[1];
  if (fixture === undefined) throw new Error('no fixture');
  const truth = blockOf(fixture);
  const [first, ...others] = fixture.block.transactions;
  const answer = { ...fixture.block, transactions: [{ ...first, from: fixture.block.miner }, ...others] };
  expect(judgeBlock(answer, truth, 'ethereum', [1, 2, 3])).toEqual({ kind: 'proven' });
  expect(judgeBlock(answer, truth, 'ethereum', [0])).toEqual({ kind: 'refuted', why: 'from' });
});
