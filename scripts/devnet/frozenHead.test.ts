import { expect, test } from 'vitest';
import { freezeRequest, freezeResponse } from './frozenHead.ts';

const HEAD = 16n;
const NEVER = '0x7fffffffffffffff';
const freeze = (method: string, ...params: never[] | [unknown, ...unknown[]]) =>
  freezeRequest({ method, params: params as never[] }, HEAD).params;

test('moving tags and a missing block mean the frozen head', () => {
  expect(freeze('eth_getBalance', '0xa', 'latest')).toEqual(['0xa', '0x10']);
  expect(freeze('eth_getBalance', '0xa', 'pending')).toEqual(['0xa', '0x10']);
  expect(freeze('eth_getBalance', '0xa')).toEqual(['0xa', '0x10']);
  expect(freeze('eth_getBlockByNumber', 'finalized', true)).toEqual(['0x10', true]);
  expect(freeze('eth_getStorageAt', '0xa', '0x0', 'safe')).toEqual(['0xa', '0x0', '0x10']);
});

test('blocks up to the head stay, later ones are beyond any chain', () => {
  expect(freeze('eth_getBalance', '0xa', '0x10')).toEqual(['0xa', '0x10']);
  expect(freeze('eth_getBalance', '0xa', '0x11')).toEqual(['0xa', NEVER]);
  expect(freeze('eth_getBlockByNumber', 'earliest', false)).toEqual(['earliest', false]);
});

test('log filters are cut at the head, unless they name a block hash', () => {
  expect(freeze('eth_getLogs', { fromBlock: '0x1' })).toEqual([{ fromBlock: '0x1', toBlock: '0x10' }]);
  expect(freeze('eth_getLogs', { blockHash: '0xabc' })).toEqual([{ blockHash: '0xabc' }]);
});

test('other methods, and calls that are too short, pass unchanged', () => {
  for (const item of [
    { method: 'eth_chainId', params: [] },
    { method: 'toString', params: [] },
    { method: 'eth_getStorageAt', params: ['0xa'] },
    { method: 7 },
  ]) {
    expect(freezeRequest(item, HEAD)).toEqual(item);
  }
});

test('answers hold nothing that is later than the head', () => {
  expect(freezeResponse('eth_blockNumber', { result: '0x99' }, HEAD)).toEqual({ result: '0x10' });
  expect(freezeResponse('eth_getTransactionReceipt', { result: { blockNumber: '0x11' } }, HEAD)).toEqual({
    result: null,
  });
  const old = { result: { blockNumber: '0x10' } };
  expect(freezeResponse('eth_getTransactionReceipt', old, HEAD)).toEqual(old);
  const pending = { result: { blockNumber: null } };
  expect(freezeResponse('eth_getTransactionByHash', pending, HEAD)).toEqual(pending);
});
