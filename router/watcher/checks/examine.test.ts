import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Address } from '../../registry/providerSet.ts';
import type { Anchor } from '../finality/anchor.ts';
import { data } from '../proof/fields.ts';
import { blocksWithReceipts, headerOf, receiptsOf } from '../proof/mainnet.fixture.ts';
import { mutations } from '../proof/mutation.fixture.ts';
import type { Check } from './check.ts';
import { type Examined, examine } from './examine.ts';
import { blockCheck, headerCheck } from './headerChecks.ts';
import type { Vote } from './quorum.ts';
import { logsCheck, receiptCheck, receiptsCheck, transactionCheck } from './transactionChecks.ts';
import { voteValue } from './voteValue.ts';

const fixture = blocksWithReceipts.find((one) => one.receipts?.some(({ logs }) => logs.length > 0))!;
const receipts = receiptsOf(fixture);
const header = headerOf(fixture);
const { transactions, ...headerAnswer } = fixture.block;
const number = Number(fixture.block.number);
const anchor: Anchor = { header, number, head: number + 70, agreedBy: [] };
const logs = fixture.receipts!.flatMap((receipt) => receipt.logs);
const VIEW = '0x2a';
const LIE = `0x${'9'.repeat(64)}`;

/** Each kind of question with its right answer. */
const QUESTIONS: readonly { readonly check: Check; readonly right: unknown }[] = [
  { check: headerCheck(anchor, 'own'), right: headerAnswer },
  { check: headerCheck(anchor, 'hash'), right: headerAnswer },
  { check: blockCheck(anchor, receipts.block, 'own', [0]), right: fixture.block },
  { check: transactionCheck(anchor, receipts.block, 0), right: transactions[0] },
  { check: receiptCheck(anchor, receipts, 0), right: fixture.receipts![0] },
  { check: receiptsCheck(anchor, receipts, [0]), right: fixture.receipts },
  { check: logsCheck(anchor, receipts, { addresses: [], topics: [] }), right: logs },
  // Liars were asked first.
  { check: { kind: 'compared', id: 'call', anchor, expected: LIE, read: data }, right: VIEW },
  { check: { kind: 'compared', id: 'call', anchor, expected: VIEW, read: data }, right: VIEW },
];

const FOREIGN = { ...headerAnswer, hash: `0x${'9'.repeat(64)}` };

/** What an operator has at the anchor's height, and says. Nothing for undefined. */
interface Mind {
  readonly header: unknown;
  readonly answer: unknown;
}

function votesOf(minds: readonly Mind[], check: Check): Vote[] {
  return minds.map(({ header: has, answer }, index) => ({
    operator: `0x${index}` as Address,
    stake: 1n,
    value: voteValue(check, check.id === 'header' ? has : answer),
  }));
}

function examined(minds: readonly Mind[], index: number, chainId = 1, own?: Mind): Examined {
  const mind = minds[index]!;
  return {
    chainId,
    again: async () => mind.answer,
    header: async () => mind.header,
    poll: async (check) => votesOf(minds, check),
    reference: own === undefined ? 'none' : async () => own.answer,
  };
}

const honest = (right: unknown): Mind => ({ header: headerAnswer, answer: right });

test('whatever at most half of the operators do, no honest one is accused', async () => {
  const honestMind = (right: unknown): fc.Arbitrary<Mind> =>
    fc.constantFrom(
      honest(right),
      // Behind: it has no such block, and of a block that it has not, no logs.
      { header: null, answer: null },
      { header: null, answer: [] },
      { header: undefined, answer: undefined },
    );
  const faultyMind = (right: unknown): fc.Arbitrary<Mind> =>
    fc.oneof(
      mutations(right).map(({ answer }) => ({ header: headerAnswer, answer })),
      mutations(right).map(({ answer }) => ({ header: FOREIGN, answer })),
      // They stand together.
      fc.constantFrom({ header: FOREIGN, answer: LIE }, { header: FOREIGN, answer: [] }),
      fc.jsonValue().map((answer) => ({ header: answer, answer })),
    );
  const scene = fc.constantFrom(...QUESTIONS).chain(({ check, right }) =>
    fc.record({
      check: fc.constant(check),
      honest: fc.array(honestMind(right), { minLength: 1, maxLength: 6 }),
      faulty: fc.array(faultyMind(right), { maxLength: 6 }),
      chainId: fc.constantFrom(1, 1337),
    }),
  );
  await fc.assert(
    fc.asyncProperty(scene, async ({ check, honest: good, faulty, chainId }) => {
      const minds = [...good, ...faulty.slice(0, good.length)];
      for (const [index, { answer }] of good.entries())
        expect(await examine(examined(minds, index, chainId), check, answer)).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});

test('a contradiction of the agreed header is a fault by itself, whoever else says what', async () => {
  const lie = { ...(fixture.receipts![0] as object), cumulativeGasUsed: '0x1' };
  const minds = [{ header: headerAnswer, answer: lie }];
  const check = receiptCheck(anchor, receipts, 0);
  expect(await examine(examined(minds, 0), check, lie)).toEqual({
    kind: 'refuted',
    why: 'cumulativeGasUsed',
  });
  // On a network of other rules it is one voice.
  expect(await examine(examined(minds, 0, 1337), check, lie)).toBeUndefined();
});

const view = QUESTIONS.at(-1)!.check;

test('a dissenter is at fault when it repeats itself against a quorum, and the watcher’s own node agrees', async () => {
  const lie: Mind = { header: headerAnswer, answer: '0x99' };
  const four = [lie, honest(VIEW), honest(VIEW), honest(VIEW)];
  expect(await examine(examined(four, 0), view, '0x99')).toMatchObject({ kind: 'dissents' });
  expect(await examine(examined(four, 0, 1, honest(VIEW)), view, '0x99')).toMatchObject({ kind: 'dissents' });
  expect(await examine(examined(four, 0, 1, lie), view, '0x99')).toBeUndefined();
  expect(await examine(examined(four, 0, 1, honest(undefined)), view, '0x99')).toBeUndefined();
  const three = four.slice(0, 3);
  expect(await examine(examined(three, 0), view, '0x99')).toBeUndefined();
  // At the second ask it says what all say.
  const once = { ...examined(four, 0), again: async () => VIEW };
  expect(await examine(once, view, '0x99')).toBeUndefined();
});

test('what some answered at first is no measure: when a quorum says what the dissenter says, it is right', async () => {
  const minds = [honest('0x99'), honest('0x99'), honest('0x99'), honest(VIEW)];
  expect(await examine(examined(minds, 0), view, '0x99')).toBeUndefined();
});

test('another block at a final height is a fault when a quorum has the agreed one', async () => {
  const check = logsCheck(anchor, receipts, { addresses: [], topics: [] });
  const foreign: Mind = { header: FOREIGN, answer: [] };
  const four = [foreign, honest(logs), honest(logs), honest(logs)];
  expect(await examine(examined(four, 0), check, [])).toMatchObject({ kind: 'dissents' });
  expect(
    await examine(examined([foreign, foreign, honest(logs), honest(logs)], 0), check, []),
  ).toBeUndefined();
});
