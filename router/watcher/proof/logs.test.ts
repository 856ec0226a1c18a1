import fc from 'fast-check';
import type { Hex } from 'viem';
import { expect, test } from 'vitest';
import { judgeLogs, judgeLogsByBloom, type LogFilter } from './logs.ts';
import type { Answer } from './mainnet.fixture.ts';
import { blocksWithReceipts, headerOf, receiptsOf } from './mainnet.fixture.ts';
import { mutations } from './mutation.fixture.ts';

const fixture = blocksWithReceipts.find(({ receipts }) => receipts?.some(({ logs }) => logs.length > 0));
if (fixture?.receipts === undefined) throw new Error('no fixture');
const truth = receiptsOf(fixture);
const header = headerOf(fixture);
const all = fixture.receipts.flatMap(({ logs }) => logs);

const addresses = [...new Set(all.map(({ address }) => address as Hex))];
const topics = [...new Set(all.flatMap((log) => log.topics as Hex[]))];
const strangers: Hex[] = [`0x${'12'.repeat(20)}`];
const strangeTopic: Hex = `0x${'34'.repeat(32)}`;

const filters: fc.Arbitrary<LogFilter> = fc.record({
  addresses: fc.subarray([...addresses, ...strangers], { maxLength: 3 }),
  topics: fc
    .tuple(
      fc.array(fc.subarray([...topics, strangeTopic], { maxLength: 3 }), { maxLength: 2 }),
      fc.subarray(topics, { minLength: 1, maxLength: 8 }),
    )
    .chain(([first, last]) => fc.constantFrom([], [...first, last])),
});

/** As `eth_getLogs` is defined. */
function answerTo(filter: LogFilter): Answer[] {
  return all.filter((log) => {
    const own = log.topics as Hex[];
    if (filter.addresses.length > 0 && !filter.addresses.includes(log.address as Hex)) return false;
    return filter.topics.every(
      (wanted, position) =>
        own.length > position && (wanted.length === 0 || wanted.includes(own[position] as Hex)),
    );
  });
}

test('exactly the logs that match are proven, whatever the filter', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      const answer = answerTo(filter);
      expect(judgeLogs(answer, filter, truth, 'ethereum')).toEqual({ kind: 'proven' });
      const byBloom = judgeLogsByBloom(answer, filter, header, 'ethereum');
      expect(byBloom.kind).not.toBe('refuted');
      if (byBloom.kind === 'proven') expect(answer).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('whatever is changed in the logs, they are refuted', () => {
  const everything = { addresses: [], topics: [] };
  expect(judgeLogs(all, everything, truth, 'ethereum')).toEqual({ kind: 'proven' });
  fc.assert(
    fc.property(mutations(all), ({ answer }) => {
      expect(judgeLogs(answer, everything, truth, 'ethereum').kind).toBe('refuted');
      expect(judgeLogs(answer, everything, truth, 'unknown').kind).toBe('unprovable');
      expect(judgeLogsByBloom(answer, everything, header, 'ethereum').kind).not.toBe('proven');
    }),
    { numRuns: 250 },
  );
});

test('a log that is left out, or one more, is named', () => {
  fc.assert(
    fc.property(filters, fc.nat(), (filter, pick) => {
      const answer = answerTo(filter);
      if (answer.length > 0) {
        const fewer = answer.toSpliced(pick % answer.length, 1);
        expect(judgeLogs(fewer, filter, truth, 'ethereum')).toEqual({ kind: 'refuted', why: 'missing log' });
      }
      const more = answer.toSpliced(pick % (answer.length + 1), 0, all[pick % all.length] as Answer);
      expect(judgeLogs(more, filter, truth, 'ethereum')).toEqual({ kind: 'refuted', why: 'surplus log' });
    }),
  );
});

test('by the bloom alone no logs of a stranger are proven, and an invented one is refuted', () => {
  const filter = { addresses: strangers, topics: [] };
  expect(judgeLogsByBloom([], filter, header, 'ethereum')).toEqual({ kind: 'proven' });
  expect(judgeLogsByBloom([], filter, header, 'unknown')).toEqual({ kind: 'proven' });
  const invented = [{ ...all[0], address: strangers[0] }];
  expect(judgeLogsByBloom(invented, filter, header, 'ethereum')).toEqual({
    kind: 'refuted',
    why: 'logsBloom',
  });
  expect(judgeLogsByBloom(invented, filter, header, 'unknown').kind).toBe('unprovable');
  const topic = { addresses: [], topics: [[], [strangeTopic]] };
  expect(judgeLogsByBloom([], topic, header, 'ethereum')).toEqual({ kind: 'proven' });
  expect(judgeLogsByBloom([], { addresses, topics: [] }, header, 'ethereum').kind).toBe('unprovable');
});

test('a removed log is none of a final block', () => {
  const everything = { addresses: [], topics: [] };
  const removed = all.map((log) => ({ ...log, removed: true }));
  expect(judgeLogs(removed, everything, truth, 'ethereum')).toEqual({ kind: 'refuted', why: 'removed' });
});
