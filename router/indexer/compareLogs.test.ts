import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hex } from '../registry/providerSet.ts';
import { compareLogs, firstDifference, sameLogs } from './compareLogs.ts';
import type { MinedLog } from './logAnswer.ts';

const HASH: Hex = `0x${'01'.repeat(32)}`;
const MADE_UP: Hex = '0xff';

function logAt(logIndex: number, data: Hex = '0x', blockNumber = 1n): MinedLog {
  return { address: `0x${'ab'.repeat(20)}`, topics: [], data, blockNumber, blockHash: HASH, logIndex };
}

const mayHold = ({ data }: MinedLog) => data !== MADE_UP;
const truth = [0, 1, 2].map((index) => logAt(index));
const subset = fc.subarray(truth);
const madeUp = fc.constantFrom([], [logAt(7, MADE_UP)]);

describe('compareLogs()', () => {
  it('never sides against the whole truth, whatever is left out or made up on the other side', () => {
    fc.assert(
      fc.property(subset, madeUp, (kept, added) => {
        const lie = [...kept, ...added];
        const expected = sameLogs(truth, lie) ? 'same' : 'first';
        expect(compareLogs(truth, lie, mayHold)).toBe(expected);
        expect(compareLogs(lie, truth, mayHold)).toBe(expected === 'same' ? 'same' : 'second');
      }),
    );
  });

  it('is undecided where each has what the other lacks, and where both make up', () => {
    expect(compareLogs([logAt(0)], [logAt(1)], mayHold)).toBe('undecided');
    expect(compareLogs([logAt(0, '0x01')], [logAt(0, '0x02')], mayHold)).toBe('undecided');
    expect(compareLogs([logAt(0, MADE_UP)], [logAt(1, MADE_UP)], mayHold)).toBe('undecided');
  });

  it('takes logs that both tell as true, whatever the bloom says', () => {
    expect(compareLogs([logAt(0, MADE_UP)], [logAt(0, MADE_UP)], mayHold)).toBe('same');
  });
});

describe('firstDifference()', () => {
  it('names the first block about which two answers differ', () => {
    const answer = [3n, 5n, 9n].map((number) => logAt(0, '0x', number));
    expect(firstDifference(answer, answer)).toBeUndefined();
    expect(firstDifference(answer, [])).toBe(3n);
    expect(firstDifference(answer, answer.toSpliced(1, 1))).toBe(5n);
    expect(firstDifference(answer.toSpliced(2, 1, logAt(0, '0x01', 9n)), answer)).toBe(9n);
    const other: Hex = `0x${'02'.repeat(32)}`;
    expect(firstDifference(answer, answer.with(0, { ...logAt(0, '0x', 3n), blockHash: other }))).toBe(3n);
  });
});
