import { describe, expect, it } from 'vitest';
import type { RawJson } from '../core/rawJson.ts';
import { requestedBlock } from './requestedBlock.ts';

describe('requestedBlock', () => {
  it.each([
    ['eth_getBlockByNumber', '["0x1f",false]', 31],
    ['eth_getBalance', '["0xaa","0x10"]', 16],
    ['eth_getStorageAt', '["0xaa","0x0","0x5"]', 5],
    ['eth_call', '[{},{"blockNumber":"0x20"}]', 32],
    ['eth_getLogs', '[{"fromBlock":"0x1","toBlock":"0x9"}]', 9],
    ['trace_filter', '[{"fromBlock":"0x1","toBlock":"0x9"}]', 9],
    ['eth_getRawTransactionByBlockNumberAndIndex', '["0x8","0x0"]', 8],
    ['eth_getAccount', '["0xaa","0x8"]', 8],
    ['eth_callMany', '[[],{"blockNumber":"0x8","transactionIndex":0}]', 8],
    ['debug_getRawReceipts', '["0x8"]', 8],
    ['linea_estimateGas', '[{},"0x8"]', 8],
    ['eth_simulateV1', '[{},"0x9"]', 9],
    ['eth_getLogs', '[{"fromBlock":"0x7","toBlock":"latest"}]', 7],
  ])('of %s %s is %d', (method, params, expected) => {
    expect(requestedBlock(method, params as RawJson)).toBe(expected);
  });

  it.each([
    ['eth_getBlockByNumber', '["latest",false]'],
    ['eth_getBlockByNumber', '[]'],
    ['eth_getBlockByNumber', '{"block":"0x1"}'],
    ['eth_getBlockByNumber', '[31]'],
    ['eth_getBlockByNumber', '["0xffffffffffffffffff"]'],
    ['eth_getBlockByNumber', '["0x"]'],
    ['eth_getBalance', '["0xaa"]'],
    ['eth_call', '[{},{"blockHash":"0x20"}]'],
    ['eth_getTransactionByHash', '["0x1f"]'],
    ['toString', '["0x1f"]'],
  ])('of %s %s is unknown', (method, params) => {
    expect(requestedBlock(method, params as RawJson)).toBeUndefined();
  });

  it('of a call without parameters is unknown', () => {
    expect(requestedBlock('eth_getBalance', undefined)).toBeUndefined();
  });
});
