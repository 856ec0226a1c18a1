import { describe, expect, it } from 'vitest';
import { encodeJson, type RawJson } from '../core/rawJson.ts';
import { logBlocks, toldLogBlocks } from './logRange.ts';

const HEAD = 1_000;

describe('logBlocks', () => {
  it.each<[string, unknown, number | undefined]>([
    ['both ends', { fromBlock: '0x1', toBlock: '0xa' }, 10],
    ['one block', { fromBlock: '0x1', toBlock: '0x1' }, 1],
    ['from a block to the head', { fromBlock: '0x3e7' }, 2],
    ['tags', { fromBlock: 'earliest', toBlock: 'latest' }, HEAD + 1],
    ['null for a tag', { fromBlock: null, toBlock: null }, 1],
    ['nothing: the newest block', {}, 1],
    ['one block by its hash', { blockHash: `0x${'1'.repeat(64)}` }, undefined],
    ['the ends in the wrong order', { fromBlock: '0xa', toBlock: '0x1' }, undefined],
    ['a number that is none', { fromBlock: 'zero', toBlock: '0x1' }, undefined],
    ['a filter that is none', '0x1', undefined],
  ])('counts the blocks of %s', (_name, filter, expected) => {
    expect(logBlocks(encodeJson([filter]), HEAD)).toBe(expected);
  });

  it('needs the head for tags alone', () => {
    expect(logBlocks(encodeJson([{ fromBlock: '0x1', toBlock: '0x2' }]), undefined)).toBe(2);
    expect(logBlocks(encodeJson([{ fromBlock: '0x1' }]), undefined)).toBeUndefined();
  });

  it('takes the last of several ends, as nodes do, and no junk', () => {
    const twice = '[{"fromBlock":"0x5","toBlock":"0x9","fromBlock":"0x1"}]' as RawJson;
    expect(logBlocks(twice, HEAD)).toBe(9);
    expect(logBlocks(undefined, HEAD)).toBeUndefined();
    expect(logBlocks('{}' as RawJson, HEAD)).toBeUndefined();
    expect(logBlocks('[' as RawJson, HEAD)).toBeUndefined();
  });
});

describe('toldLogBlocks', () => {
  const ASKED = 51_200;

  // Words of real nodes and vendors.
  it.each<[number | 'unknown' | undefined, string]>([
    [
      10,
      'Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x1, 0xa].',
    ],
    [
      2_000,
      'Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response.',
    ],
    [10_000, 'eth_getLogs is limited to a 10,000 range'],
    [5_000, 'block range is larger than max block range, block range = 51200, max block range = 5000'],
    [100, 'too wide blocks range, the limit is 100'],
    [10_000, 'ranges over 10000 blocks are not supported on freetier'],
    [1_000, 'eth_getLogs range is too large, max is 1k blocks'],
    [5_000, 'exceed maximum block range: 5000'],
    [5, 'query block range exceeds server limit, narrow your filter: 5'],
    [10_000, 'eth_getLogs and eth_newFilter are limited to a 0 - 10000 blocks range'],
    ['unknown', 'block range is too wide'],
    ['unknown', 'Block range limit exceeded. See more details at https://docs.example.org/v2/errors'],
    ['unknown', 'exceed maximum block range: 100000'],
    [undefined, 'query returned more than 10000 results. Try with this block range [0x5B8D80, 0x5B9A3F].'],
    [undefined, 'query exceeds max results 20000, retry with the range 25766988-25775072'],
    [undefined, 'query timeout exceeded. Consider reducing your block range.'],
    [undefined, 'response size should not greater than 10000000 bytes'],
    [undefined, 'please specify an address or a smaller block range'],
    [undefined, 'This query contains 5006 filters. The current limit is 5000.'],
    [undefined, 'logs matched by query exceeds limit of 10000'],
    [undefined, 'Request Entity Too Large'],
  ])('is %s after "%s"', (expected, message) => {
    expect(toldLogBlocks(message, ASKED)).toBe(expected);
  });

  it('is unknown without a message, and reads no more than its beginning', () => {
    expect(toldLogBlocks(undefined, ASKED)).toBe('unknown');
    expect(toldLogBlocks(`range ${' '.repeat(1_000)} 100`, ASKED)).toBe('unknown');
  });
});
