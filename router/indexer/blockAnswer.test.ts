import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBlock } from './blockAnswer.ts';

const block = {
  number: '0x10',
  hash: `0x${'Ab'.repeat(32)}`,
  parentHash: `0x${'01'.repeat(32)}`,
  timestamp: '0x65',
  logsBloom: `0x${'00'.repeat(256)}`,
  transactions: [],
};

describe('readBlock()', () => {
  it('reads what following a chain needs', () => {
    expect(readBlock(block)).toEqual({
      ref: { number: 16n, hash: `0x${'ab'.repeat(32)}`, parentHash: block.parentHash, timestamp: 101 },
      logsBloom: block.logsBloom,
    });
  });

  it.each([undefined, null, '0x', `0x${'00'.repeat(255)}`])('knows no bloom in %s', (logsBloom) => {
    expect(readBlock({ ...block, logsBloom })).toMatchObject({ logsBloom: undefined });
  });

  it.each(['number', 'hash', 'parentHash', 'timestamp'])('takes no block without its %s', (field) => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        fc.pre(typeof value !== 'string' || !value.startsWith('0x'));
        expect(readBlock({ ...block, [field]: value })).toBeUndefined();
      }),
    );
  });

  it.each([null, undefined, 'block', 7, []])('takes %s for none', (answer) => {
    expect(readBlock(answer)).toBeUndefined();
  });
});
