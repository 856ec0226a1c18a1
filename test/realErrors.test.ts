import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isNonceUsed, rowOf } from '../router/core/classify.ts';
import type { ErrorClass } from '../router/core/errorClass.ts';
import { ERROR_TABLE } from '../router/core/errorTable.ts';
import { encodeJson } from '../router/core/rawJson.ts';
import { readAnswer } from '../router/upstream/readAnswer.ts';

type Case = readonly [ErrorClass, method: string, http: number, code: number | null, text: string];

const { groups }: { groups: { source: string; cases: Case[] }[] } = JSON.parse(
  readFileSync(new URL('./fixtures/realErrors.json', import.meta.url), 'utf8'),
);
const cases = groups.flatMap((group) => group.cases);

/** Reads the node's HTTP answer as the gateway does. */
function read(method: string, httpStatus: number, error: object) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, error }));
  return readAnswer({ method, id: '1', httpStatus, body });
}

describe("what nodes and vendors really answer, by the table's general rows", () => {
  it('is more than 300 failures of many sources', () => {
    expect(new Set(cases.map((one) => JSON.stringify(one))).size).toBeGreaterThan(300);
    expect(groups.length).toBeGreaterThan(40);
  });

  it.each(cases)('%s: %s, HTTP %d, %s %j', (expected, method, httpStatus, code, message) => {
    const reading =
      code === null
        ? readAnswer({ method, id: '1', httpStatus, body: Buffer.from(message) })
        : read(method, httpStatus, { code, message });
    const observed = { method, httpStatus, code: code ?? undefined, message, isRpcError: code !== null };
    expect(reading, rowOf(observed)?.kind).toMatchObject({ ok: false, class: expected });
  });

  it.each(
    cases.filter(([, , , , text]) =>
      /nonce.{0,30}too low|old ?nonce|nonce.?already|stale\)|banned$|replay.attack/i.test(text),
    ),
  )(
    '%s: %s, HTTP %d, %s %j may be this very transaction, mined',
    (expected, _method, _http, code, message) => {
      expect(expected).toBe('client');
      expect(isNonceUsed(encodeJson({ code, message }))).toBe(true);
    },
  );
});

describe("a caller's own texts", () => {
  // Any contract may revert with any words; of all, those that other rows look for.
  const quoted = [
    'rate limit exceeded, try again later',
    'nonce too low',
    'already known',
    'timeout',
    'missing trie node',
    'header not found',
    'block range too large',
    'method not found',
    'quota reached',
    'internal error',
    'unauthorized',
    'upstream connection refused',
    'too many requests',
    'database corrupt: please upgrade to a paid plan',
  ];
  const ways: [string, (text: string) => { code: number; message: string; data?: string }][] = [
    ['geth', (text) => ({ code: 3, message: `execution reverted: ${text}` })],
    ['geth, old', (text) => ({ code: -32_000, message: `execution reverted: ${text}` })],
    ['erigon', (text) => ({ code: 3, message: text, data: '0x08c379a0' })],
    [
      'hardhat',
      (text) => ({
        code: -32_603,
        message: `VM Exception while processing transaction: reverted with reason string '${text}'`,
      }),
    ],
    [
      'ganache',
      (text) => ({ code: -32_000, message: `VM Exception while processing transaction: revert ${text}` }),
    ],
    ['data only', (text) => ({ code: -32_015, message: 'VM execution error.', data: `Reverted ${text}` })],
    ['unknown, data only', (text) => ({ code: -32_077, message: 'failed', data: text })],
  ];

  it.each(ways.flatMap(([name, make]) => quoted.map((text) => [name, text, make(text)] as const)))(
    '%s: a call that reverts with "%s" is the caller\'s',
    (_name, _text, error) => {
      for (const method of ['eth_call', 'eth_estimateGas', 'debug_traceCall'])
        expect(read(method, 200, error)).toMatchObject({ class: 'client', error: expect.any(String) });
    },
  );

  it.each(quoted)('a signed transaction whose trial reverts with "%s" is the caller\'s too', (text) => {
    const error = { code: 3, message: `execution reverted: ${text}` };
    expect(read('eth_sendRawTransaction', 200, error)).toMatchObject({ class: 'client' });
  });

  it('the name of a method that a node does not know says nothing', () => {
    for (const name of ['x_rateLimit', 'x_timeout', 'x_already_known', 'eth_nonce']) {
      const error = { code: -32_601, message: `the method ${name} does not exist/is not available` };
      expect(read(name, 200, error)).toMatchObject({ class: 'capability' });
    }
  });
});

describe('the patterns against hostile texts', () => {
  it('repeat nothing that repeats: the work grows with the square of the bounded text at most', () => {
    for (const { message } of ERROR_TABLE) {
      expect(message?.source ?? '').not.toMatch(/\([^()]*(?:[*+]|\{\d+,\})[^()]*\)(?:[*+]|\{\d+,\})/);
    }
  });
});
