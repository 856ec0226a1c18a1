import { HttpRequestError, LimitExceededRpcError, RpcRequestError, TimeoutError } from 'viem';
import { describe, expect, it } from 'vitest';
import { isRangeRefused } from './rangeRefusal.ts';

const url = 'http://node.example/too-many-limits';
// viem puts the request into its messages; none of these words may count.
const body = { method: 'eth_getLogs', params: [{ fromBlock: '0x1', toBlock: '0x2' }], range: 'limit' };

function rpcError(code: number, message: string): RpcRequestError {
  return new RpcRequestError({ url, body, error: { code, message } });
}

describe('isRangeRefused()', () => {
  it.each([
    'query returned more than 10000 results',
    'block range is too wide',
    'eth_getLogs is limited to a 10,000 range',
    'Log response size exceeded.',
    'exceed maximum block range: 5000',
    'query timeout exceeded',
    'backend response too large',
  ])('knows "%s"', (message) => {
    expect(isRangeRefused(rpcError(-32000, message))).toBe(true);
  });

  it('knows time-outs, limits and answers that are too large by their kind', () => {
    expect(isRangeRefused(new TimeoutError({ url, body }))).toBe(true);
    expect(isRangeRefused(new LimitExceededRpcError(rpcError(-32005, 'no')))).toBe(true);
    expect(isRangeRefused(new HttpRequestError({ url, body, status: 413 }))).toBe(true);
    expect(isRangeRefused(new HttpRequestError({ url, body, status: 504 }))).toBe(true);
  });

  it('takes nothing else for one', () => {
    expect(isRangeRefused(rpcError(-32000, 'header not found'))).toBe(false);
    expect(isRangeRefused(rpcError(-32601, 'the method does not exist'))).toBe(false);
    expect(isRangeRefused(new HttpRequestError({ url, body, status: 502 }))).toBe(false);
    expect(
      isRangeRefused(new HttpRequestError({ url, body, cause: new Error('connect ECONNREFUSED') })),
    ).toBe(false);
    expect(isRangeRefused('timeout')).toBe(false);
  });
});
