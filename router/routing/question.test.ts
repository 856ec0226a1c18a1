import { describe, expect, it } from 'vitest';
import { CAPABILITY_BITS } from '../core/capability.ts';
import { encodeJson } from '../core/rawJson.ts';
import { methodTraits } from './methods.ts';
import { isOfAnyBlock, isTelling, questionOf } from './question.ts';

const { full, archive, trace } = CAPABILITY_BITS;
const HEAD = 10_000;
const ask = (method: string, params: unknown[] = [], head: number | undefined = HEAD) =>
  questionOf(method, encodeJson(params), methodTraits(method), head);
const hex = (number: number) => `0x${number.toString(16)}`;

describe('questionOf', () => {
  it.each<[string, string, unknown[], number, number]>([
    ['a balance at a block far back', 'eth_getBalance', ['0x0', hex(HEAD - 129)], full | archive, 129],
    [
      'a call on a block named in an object',
      'eth_call',
      [{}, { blockNumber: '0x1' }],
      full | archive,
      HEAD - 1,
    ],
    ['a trace of an old block', 'trace_replayBlockTransactions', ['0x1', []], trace | archive, HEAD - 1],
    ['a balance that every node keeps', 'eth_getBalance', ['0x0', hex(HEAD - 128)], full, 128],
    ['a balance that a late node lacks', 'eth_getBalance', ['0x0', hex(HEAD - 16)], full, 0],
    ['a balance now', 'eth_getBalance', ['0x0', 'latest'], full, 0],
    ['a balance in a block to come', 'eth_getBalance', ['0x0', hex(HEAD + 1_000)], full, 0],
    ['an old block, which is no state', 'eth_getBlockByNumber', ['0x1', false], full, 0],
  ])('tells of %s what it needs', (_name, method, params, capabilities, depth) => {
    const question = ask(method, params);
    expect(question).toMatchObject({ method, capabilities, depth, logBlocks: 0 });
    expect(isTelling(question)).toBe(capabilities !== full || depth > 0);
  });

  it('knows of no depth without a head', () => {
    expect(
      questionOf('eth_getBalance', encodeJson(['0x0', '0x1']), methodTraits('eth_getBalance'), undefined),
    ).toMatchObject({
      capabilities: full,
      block: 1,
      depth: 0,
    });
  });

  it.each<[boolean, string, unknown[]]>([
    [true, 'eth_call', [{}, 'latest']],
    [true, 'eth_getBalance', ['0x0']],
    [true, 'debug_traceTransaction', [`0x${'ab'.repeat(32)}`]],
    [false, 'eth_call', [{}, { blockHash: `0x${'ab'.repeat(32)}` }]],
    [false, 'eth_call', [{}, `0x${'ab'.repeat(32)}`]],
    [false, 'eth_call', [{}, 'finalized']],
    [false, 'eth_call', [{}, '0x1']],
    [false, 'trace_block', ['0x1']],
    [false, 'eth_getBlockByHash', [`0x${'ab'.repeat(32)}`, false]],
  ])(
    'tells (%s) whether who lacks the state of %s %j lacks that of the next call',
    (expected, method, params) => {
      expect(isOfAnyBlock(ask(method, params), encodeJson(params))).toBe(expected);
    },
  );

  it('counts the blocks of a query for logs', () => {
    const query = ask('eth_getLogs', [{ fromBlock: '0x1', toBlock: '0x64' }]);
    expect(query).toMatchObject({ capabilities: full, depth: 0, logBlocks: 100 });
    expect(isTelling(query)).toBe(true);
    expect(ask('eth_getLogs', [{ blockHash: '0xab' }]).logBlocks).toBe(0);
    // Refused, but not for its length.
    expect(ask('eth_getLogs', [{ fromBlock: '0x1', toBlock: hex(HEAD + 1) }]).logBlocks).toBe(0);
    expect(ask('eth_newFilter', [{ fromBlock: '0x1', toBlock: '0x64' }]).logBlocks).toBe(0);
  });
});
