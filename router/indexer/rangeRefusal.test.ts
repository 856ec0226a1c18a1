import {
  HttpRequestError,
  LimitExceededRpcError,
  ResponseBodyTooLargeError,
  RpcRequestError,
  TimeoutError,
} from 'viem';
import { describe, expect, it } from 'vitest';
import { unixSeconds } from '../core/units.ts';
import { logsRefusal } from './rangeRefusal.ts';

const url = 'http://node.example/too-many-limits';
// viem puts the request into its messages; none of these words may count.
const body = { method: 'eth_getLogs', params: [{ fromBlock: '0x1', toBlock: '0x2' }], range: 'limit' };
const NOW = unixSeconds(1_790_000_000);

/** Whether fewer blocks at once may be answered. */
function isRangeRefused(error: unknown): boolean {
  const { kind } = logsRefusal(error, NOW);
  return kind === 'tooLarge' || kind === 'timedOut';
}

interface Answer {
  readonly code: number;
  readonly message: string;
  readonly status?: number;
  readonly data?: unknown;
  readonly retryAfter?: string;
}

function rpcError({ code, message, status, data, retryAfter }: Answer): RpcRequestError {
  const headers = new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter });
  return new RpcRequestError({
    url,
    body,
    error: { code, message, data },
    headers,
    ...(status && { status }),
  });
}

describe('logsRefusal()', () => {
  it.each<[vendor: string, Answer]>([
    ['Infura', { code: -32005, message: 'query returned more than 10000 results' }],
    [
      'Infura',
      {
        code: -32005,
        message: 'query returned more than 10000 results. Try with this block range [0x5B8D80, 0x5B9A3F].',
      },
    ],
    ['Infura', { code: -32602, message: 'range 1000000 exceeds limit of 10000' }],
    [
      'Alchemy',
      {
        code: -32602,
        message:
          'Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size',
      },
    ],
    [
      'Alchemy',
      {
        code: -32600,
        status: 400,
        message:
          'You can make eth_getLogs requests with up to a 500 block range. Based on your parameters, this block range should work: [0x7e9b85, 0x7e9d78]',
      },
    ],
    ['QuickNode', { code: -32614, message: 'eth_getLogs is limited to a 10,000 range' }],
    ['Ankr', { code: -32600, message: 'block range is too wide' }],
    ['publicnode', { code: -32701, message: 'exceed maximum block range: 50000' }],
    [
      'publicnode',
      {
        code: -32701,
        message:
          'Please specify an address in your request or, to remove restrictions, order a dedicated full node',
      },
    ],
    ['drpc', { code: -32000, message: 'ranges over 10000 blocks are not supported on freetier' }],
    [
      'Cloudflare',
      { code: -32047, message: 'Invalid eth_getLogs request. Block range too large, Max range: 800' },
    ],
    ['thirdweb', { code: -32602, message: 'Maximum allowed number of requested blocks is 1000' }],
    ['Base', { code: -32011, message: 'backend response too large' }],
    ['Energy Web', { code: -32000, message: 'Limit exceeded: Query requested more than 10.000 blocks' }],
    [
      'Morph',
      {
        code: -32000,
        message: 'block range is larger than max block range, block range = 5120, max block range = 5000',
      },
    ],
    ['Ankr (tac)', { code: -32000, message: 'maximum [from, to] blocks distance: 10000' }],
    ['Arbitrum', { code: -32000, message: 'logs matched by query exceeds limit of 10000' }],
    ['Candle', { code: -32600, message: 'block range too high' }],
    ['any', { code: -32005, message: 'no' }],
    ['any', { code: -32000, status: 413, message: 'Request Entity Too Large' }],
  ])('takes the words of %s for a matter of size: %j', (_, answer) => {
    expect(logsRefusal(new LimitExceededRpcError(rpcError(answer)), NOW)).toEqual({ kind: 'tooLarge' });
    expect(isRangeRefused(rpcError(answer))).toBe(answer.message !== 'no');
  });

  it.each<[vendor: string, Answer, retryAfterMs?: number]>([
    [
      'Infura',
      {
        code: -32005,
        status: 429,
        message: 'project ID request rate exceeded',
        data: { current_rps: 13.3, allowed_rps: 10, backoff_seconds: 30 },
      },
      30_000,
    ],
    [
      'Infura',
      {
        code: -32005,
        message: 'daily request count exceeded, request rate limited',
        data: { rate: { backoff_seconds: 1.5 } },
      },
      1_500,
    ],
    ['MetaMask', { code: 429, status: 429, message: 'Too Many Requests', retryAfter: '7' }, 7_000],
    [
      'Alchemy',
      {
        code: 429,
        message:
          'Your app has exceeded its compute units per second capacity. If you have retries enabled, you can safely ignore this message.',
      },
    ],
    [
      'Alchemy',
      {
        code: -32600,
        message: 'Monthly capacity limit exceeded. Visit the dashboard to upgrade your scaling policy.',
      },
    ],
    [
      'QuickNode',
      {
        code: -32007,
        message:
          '50/second request limit reached - reduce calls per second or upgrade your account at quicknode.com',
      },
    ],
    ['QuickNode', { code: -32012, message: 'credits limited to 6000/sec' }],
    ['Ankr', { code: -32090, message: 'Too many requests, reason: call rate limit exhausted, retry in 10s' }],
    ['publicnode', { code: -32000, status: 429, message: 'block range is too wide' }],
    ['Base', { code: -32016, message: 'over rate limit' }],
    ['Tenderly', { code: -32005, status: 429, message: 'rate limit exceeded' }],
    ['drpc', { code: 15, message: 'Too many requests, please try again later' }],
  ])('takes the words of %s for a matter of time: %j', (_, answer, retryAfterMs) => {
    const error = rpcError(answer);
    expect(logsRefusal(error, NOW)).toEqual({ kind: 'rateLimited', retryAfterMs });
    expect(isRangeRefused(error)).toBe(false);
  });

  it('respects what the headers of a bare HTTP answer ask for', () => {
    const later = new Date((NOW + 60) * 1000).toUTCString();
    const headers = new Headers({ 'retry-after': later });
    expect(logsRefusal(new HttpRequestError({ url, body, status: 429, headers }), NOW)).toEqual({
      kind: 'rateLimited',
      retryAfterMs: 60_000,
    });
  });

  it('tells time-outs, which may be of the size, and answers that are too large for us', () => {
    expect(logsRefusal(new TimeoutError({ url, body }), NOW)).toEqual({ kind: 'timedOut' });
    expect(logsRefusal(new HttpRequestError({ url, body, status: 504 }), NOW)).toEqual({ kind: 'timedOut' });
    expect(logsRefusal(rpcError({ code: -32000, message: 'query timeout exceeded' }), NOW).kind).toBe(
      'timedOut',
    );
    expect(isRangeRefused(new TimeoutError({ url, body }))).toBe(true);
    const large = new ResponseBodyTooLargeError({ maxSize: 1, size: 2 });
    expect(logsRefusal(large, NOW)).toEqual({ kind: 'tooLarge' });
    expect(isRangeRefused(new HttpRequestError({ url, body, status: 413 }))).toBe(true);
  });

  it.each([
    rpcError({ code: -32000, message: 'header not found' }),
    rpcError({ code: -32601, message: 'the method does not exist' }),
    new HttpRequestError({ url, body, status: 502 }),
    new HttpRequestError({ url, body, cause: new Error('connect ECONNREFUSED') }),
    'timeout',
  ])('takes nothing else for either: %s', (error) => {
    expect(logsRefusal(error, NOW)).toEqual({ kind: 'other' });
    expect(isRangeRefused(error)).toBe(false);
  });
});
