import { expect, it } from 'vitest';
import type { RawJson } from '../core/rawJson.ts';
import { secondOpinions } from './nullAnswer.ts';

it.each([
  ['eth_getBlockByNumber', '["0x64",false]', 100, 100, 'all'],
  ['eth_getBlockReceipts', '["0x64"]', 100, 101, 'all'],
  ['eth_getBlockByNumber', '["0x65",false]', 101, 100, 'none'],
  ['eth_getBlockByNumber', '["0x64",false]', 100, undefined, 'none'],
  ['eth_getBlockByNumber', '["latest",false]', undefined, 100, 'all'],
  ['eth_getBlockByNumber', '["earliest",false]', undefined, 100, 'all'],
  ['eth_getBlockByNumber', '["finalized",false]', undefined, 100, 'most'],
  ['eth_getBlockByNumber', '["pending",false]', undefined, 100, 'none'],
  ['eth_getBlockByHash', '["0xab",false]', undefined, 100, 'most'],
  ['eth_getBlockReceipts', '[{"blockHash":"0xab"}]', undefined, 100, 'most'],
  ['eth_getTransactionReceipt', '["0xab"]', undefined, 100, 'none'],
  ['eth_getTransactionByBlockNumberAndIndex', '["0x64","0x9"]', 100, 200, 'most'],
  ['eth_getTransactionByBlockNumberAndIndex', '["0xc9","0x9"]', 201, 200, 'none'],
  ['eth_getTransactionByBlockNumberAndIndex', '["pending","0x9"]', undefined, 200, 'none'],
  ['eth_getTransactionByBlockHashAndIndex', '["0xab","0x9"]', undefined, 200, 'most'],
  ['eth_call', '[{},"latest"]', undefined, 100, 'all'],
  ['foo_bar', undefined, undefined, 100, 'none'],
] as const)('a null of %s %s, block %s of %s, needs %s', (method, params, block, known, expected) => {
  expect(secondOpinions(method, params as RawJson | undefined, block, known)).toBe(expected);
});
