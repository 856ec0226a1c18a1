import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hex } from '../registry/providerSet.ts';
import { type LogQuestion, readLogs } from './logAnswer.ts';

const REGISTRY: Hex = `0x${'ab'.repeat(20)}`;
const HASH: Hex = `0x${'01'.repeat(32)}`;
const RANGE: LogQuestion = { addresses: [REGISTRY], blocks: { from: 5n, to: 9n } };
const BLOCK: LogQuestion = { addresses: [REGISTRY], blocks: { hash: HASH } };

const log = {
  address: REGISTRY.toUpperCase().replace('X', 'x'),
  topics: [`0x${'Cd'.repeat(32)}`],
  data: '0xAb',
  blockNumber: '0x7',
  blockHash: HASH,
  logIndex: '0x1',
  removed: false,
  transactionHash: HASH,
};

describe('readLogs()', () => {
  it('gives logs in the chain’s order and all hex in lower case', () => {
    const answer = [log, { ...log, blockNumber: '0x6', logIndex: '0xa' }, { ...log, logIndex: '0x0' }];
    const read = readLogs(RANGE, answer);
    expect(read.kind === 'logs' && read.logs.map((each) => [each.blockNumber, each.logIndex])).toEqual([
      [6n, 10],
      [7n, 0],
      [7n, 1],
    ]);
    expect(read.kind === 'logs' && read.logs[2]).toEqual({
      address: REGISTRY,
      topics: [`0x${'cd'.repeat(32)}`],
      data: '0xab',
      blockNumber: 7n,
      blockHash: HASH,
      logIndex: 1,
    });
  });

  it.each<[what: string, LogQuestion, unknown]>([
    ['null', RANGE, null],
    ['an object', RANGE, { logs: [] }],
    ['a log of a pending block', RANGE, [{ ...log, blockNumber: null, blockHash: null, logIndex: null }]],
    ['a log that was removed', RANGE, [{ ...log, removed: true }]],
    ['another account’s log', RANGE, [{ ...log, address: `0x${'ac'.repeat(20)}` }]],
    ['a log before the range', RANGE, [{ ...log, blockNumber: '0x4' }]],
    ['a log after the range', RANGE, [{ ...log, blockNumber: '0xa' }]],
    ['a log of another block', BLOCK, [{ ...log, blockHash: `0x${'02'.repeat(32)}` }]],
    ['two logs at one place', RANGE, [log, { ...log, data: '0x' }]],
    ['five topics', RANGE, [{ ...log, topics: Array(5).fill(HASH) }]],
    ['a topic that is none', RANGE, [{ ...log, topics: ['0x01'] }]],
    ['data of half a byte', RANGE, [{ ...log, data: '0xabc' }]],
    ['a number of nowhere', RANGE, [{ ...log, blockNumber: `0x${'f'.repeat(17)}` }]],
  ])('refuses %s', (_, question, answer) => {
    expect(readLogs(question, answer)).toMatchObject({
      kind: 'malformed',
      problem: expect.stringContaining('malformed'),
    });
  });

  it('takes whatever a node may say without failing', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.anything(), fc.record({ ...mapValues(log) }))), (answer) => {
        expect(['logs', 'malformed']).toContain(readLogs(RANGE, answer).kind);
      }),
    );
  });
});

function mapValues(sample: object): Record<string, fc.Arbitrary<unknown>> {
  const fields = Object.entries(sample).map(([key, value]) => [
    key,
    fc.oneof(fc.constant(value), fc.anything()),
  ]);
  return Object.fromEntries(fields);
}
