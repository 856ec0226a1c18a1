import fc from 'fast-check';
import {
  type Abi,
  type AbiEvent,
  encodeAbiParameters,
  encodeEventTopics,
  getAbiItem,
  type Hex,
  keccak256,
} from 'viem';
import { expect, test } from 'vitest';
import { slashingCourtAbi } from '../../chain/abi/slashingCourt.ts';
import type { MinedLog } from '../logAnswer.ts';
import { createCaseBook } from './caseBook.ts';

const PROVIDER = '0x0000000000000000000000000000000000000001';
const NETWORK: Hex = `0x${'11'.repeat(32)}`;
const idOf = (index: number): Hex => keccak256(`0x${String(index).padStart(2, '0')}`);

type CaseEvent = 'CaseOpened' | 'CaseAppealed' | 'CaseVetoed' | 'CaseOverturned' | 'CaseExecuted';

function log(eventName: CaseEvent, index: number, blockNumber = 1n): MinedLog {
  const caseId = idOf(index);
  const item = getAbiItem({ abi: slashingCourtAbi as Abi, name: eventName }) as AbiEvent;
  const values: Record<string, unknown> = {
    ...{ epoch: 7n, offence: 4, amount: 5n, bond: 6n, bps: 200, jailSeconds: 1, opener: PROVIDER },
    ...{ executableAt: eventName === 'CaseAppealed' ? 2_000 : 1_000, jailedUntil: 1 },
  };
  const inputs = item.inputs.filter(({ indexed }) => !indexed);
  const args = { caseId, provider: PROVIDER, network: NETWORK } as const;
  return {
    topics: encodeEventTopics({ abi: [item], eventName, args }) as MinedLog['topics'],
    data: encodeAbiParameters(
      inputs,
      inputs.map(({ name = '' }) => values[name]),
    ),
    ...{ address: '0xaa', blockHash: '0xbb', blockNumber, logIndex: 0 },
  };
}

test('a case is pending from its opening to its end, with the deadline that counts', () => {
  const book = createCaseBook();
  book.take(log('CaseOpened', 1));
  book.take(log('CaseOpened', 2));
  const one = { id: idOf(1), provider: PROVIDER, network: NETWORK, epoch: 7, offence: 'outage', amount: 5n };
  expect(book.pending()).toMatchObject([{ ...one, state: 'open', executableAt: 1_000 }, { id: idOf(2) }]);
  expect(book.pending()).toBe(book.pending());
  book.take(log('CaseAppealed', 1));
  expect(book.pending()[0]).toMatchObject({ ...one, state: 'appealed', executableAt: 2_000 });
});

test.each(['CaseVetoed', 'CaseOverturned', 'CaseExecuted'] as const)('%s ends one', (end) => {
  const book = createCaseBook();
  book.take(log('CaseOpened', 1));
  book.take(log(end, 1));
  expect(book.pending()).toEqual([]);
});

test('after a reorg the book is as if what was taken back had never been', () => {
  const event = fc.record({
    name: fc.constantFrom<CaseEvent>('CaseOpened', 'CaseAppealed', 'CaseVetoed', 'CaseExecuted'),
    index: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), fc.nat(12), (events, kept) => {
      const [undone, whole] = [createCaseBook(), createCaseBook()];
      for (const [at, { name, index }] of events.entries()) {
        undone.take(log(name, index, BigInt(at)));
        if (at <= kept) whole.take(log(name, index, BigInt(at)));
      }
      undone.rollBack(BigInt(kept));
      expect(undone.pending()).toEqual(whole.pending());
    }),
  );
});

test('whatever bytes a log has, the book takes it', () => {
  const book = createCaseBook();
  const hex = fc
    .uint8Array({ maxLength: 400 })
    .map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`);
  fc.assert(fc.property(hex, (data) => book.take({ ...log('CaseOpened', 1), data })));
  book.take({ ...log('CaseOpened', 1), topics: [] });
  expect(Array.isArray(book.pending())).toBe(true);
});
