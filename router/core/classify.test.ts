import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classify, isNonceUsed, readRpcError, rowOf } from './classify.ts';
import type { ErrorClass } from './errorClass.ts';
import { ERROR_TABLE } from './errorTable.ts';
import { encodeJson, type RawJson } from './rawJson.ts';

interface Case {
  name: string;
  method: string;
  http: number;
  error?: { code: number; message: string };
  body?: string;
  class: ErrorClass;
}

const fixture: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../test/fixtures/provider-errors.json', import.meta.url), 'utf8'),
);

describe('classify', () => {
  it('has all 55 known failures to judge', () => {
    expect(fixture.cases).toHaveLength(55);
  });

  it.each(fixture.cases.filter((c) => c.error))('judges $name as $class', (c) => {
    expect(classify({ method: c.method, httpStatus: c.http, isRpcError: true, ...c.error })).toBe(c.class);
  });

  it.each(fixture.cases.filter((c) => !c.error))(
    'judges $name, which is no JSON-RPC answer, as $class',
    (c) => {
      expect(classify({ method: c.method, httpStatus: c.http, isRpcError: false })).toBe(c.class);
    },
  );

  // Wordings of real clients and vendors that the fixture does not hold.
  const others: [ErrorClass, string, number, number, string][] = [
    ['client', 'eth_call', 200, -32000, 'execution reverted: rate limit exceeded, try again later'],
    ['client', 'eth_call', 200, -32603, 'EVM error: OutOfFunds'],
    ['client', 'eth_call', 200, -32000, 'invalid opcode: INVALID'],
    ['client', 'eth_call', 200, -32000, 'out of gas'],
    ['client', 'eth_call', 200, -32000, 'max code size exceeded'],
    ['client', 'eth_call', 200, -32000, 'stack limit reached 1024 (1023)'],
    [
      'client',
      'eth_estimateGas',
      200,
      -32000,
      'err: max fee per gas less than block base fee (supplied gas 1)',
    ],
    ['client', 'eth_getLogs', 200, -32602, 'invalid block range params'],
    ['client', 'eth_getLogs', 200, -32602, 'exceed max topics'],
    ['client', 'eth_call', 400, -32602, 'invalid argument 1: json: cannot unmarshal string'],
    ['client', 'eth_call', 400, -32000, 'some new complaint about the request'],
    ['client', 'eth_call', 200, -32099, 'some new complaint'],
    ['client', 'eth_getFilterChanges', 200, -32000, 'filter not found'],
    ['client', 'eth_sendRawTransaction', 200, -32000, 'transaction underpriced: tip needed 25000000000'],
    ['client', 'eth_sendRawTransaction', 200, -32000, 'exceeds block gas limit'],
    ['client', 'eth_sendRawTransaction', 200, -32000, 'transaction type not supported'],
    ['client', 'eth_sendRawTransaction', 200, -32000, 'invalid sender'],
    ['client', 'eth_sendRawTransaction', 200, -32010, 'FeeTooLow, EffectivePriorityFeePerGas too low 1 < 2'],
    [
      'client',
      'eth_sendRawTransaction',
      200,
      -32000,
      'tx fee (1.50 ether) exceeds the configured cap (1.00 ether)',
    ],
    [
      'client',
      'eth_sendRawTransaction',
      200,
      -32000,
      'in-flight transaction limit reached for delegated accounts',
    ],
    ['client', 'eth_sendRawTransaction', 200, -32000, 'OldNonce, Current nonce: 5, nonce of rejected tx: 3'],
    ['client', 'sendTransaction', 200, -32002, 'Transaction simulation failed: Blockhash not found'],
    ['known', 'eth_sendRawTransaction', 200, -32000, 'known transaction: 0xabc'],
    ['known', 'eth_sendRawTransaction', 200, -32010, 'AlreadyKnown'],
    ['known', 'eth_sendRawTransaction', 200, -32000, 'transaction already imported'],
    ['known', 'eth_sendRawTransaction', 200, -32000, 'Known transaction'],
    ['known', 'eth_sendRawTransaction', 200, -32000, 'existing tx with same hash'],
    ['known', 'eth_sendRawTransaction', 200, -32603, 'tx already in mempool'],
    ['capability', 'eth_call', 200, -32000, 'required historical state unavailable (reexec=128)'],
    ['capability', 'eth_call', 200, -32002, 'No state available for block 0xabc'],
    ['capability', 'eth_getBalance', 200, -32000, 'World state unavailable'],
    ['capability', 'eth_getBalance', 200, -32000, 'block #100 is pruned, earliest available is 200'],
    ['capability', 'eth_getBalance', 200, 4444, 'pruned history unavailable'],
    ['capability', 'eth_call', 200, -32000, 'block not found: 0x10'],
    ['capability', 'eth_call', 200, -32000, 'header for hash not found'],
    ['capability', 'eth_getBalance', 403, -32000, 'Archive requests require a paid plan'],
    ['capability', 'eth_getProof', 200, -32000, 'distance to target block exceeds maximum proof window'],
    ['capability', 'eth_getTransactionByHash', 200, -32000, 'transaction indexing is in progress'],
    [
      'capability',
      'getBlock',
      200,
      -32001,
      'Block 5 cleaned up, does not exist on node. First available block: 9',
    ],
    ['capability', 'debug_traceTransaction', 200, -32000, 'transaction not found'],
    ['capability', 'debug_traceBlock', 200, -32000, 'Unsupported method: debug_traceBlock'],
    ['capability', 'trace_call', 200, -32000, 'namespace trace is not enabled'],
    ['capability', 'eth_foo', 200, -32004, 'unimplemented'],
    ['capability', 'eth_getLogs', 200, -32000, 'block range too large, maximum is 2000'],
    ['capability', 'eth_getLogs', 200, -32000, 'exceed maximum block range: 5000'],
    [
      'capability',
      'eth_getLogs',
      400,
      -32600,
      'You can make eth_getLogs requests with up to a 10 block range.',
    ],
    ['capability', 'eth_getLogs', 200, -32005, 'query timeout exceeded. Consider reducing your block range.'],
    ['capability', 'eth_getLogs', 200, -32602, 'query exceeds max results 20000, retry with the range 1-2'],
    ['capability', 'eth_getLogs', 200, -32008, 'Response is too big'],
    ['capability', 'debug_traceBlockByNumber', 413, -32000, 'whatever'],
    ['capacity', 'eth_call', 429, -32000, 'block range is too wide'],
    ['capacity', 'eth_call', 200, -32005, 'project ID request rate exceeded'],
    ['capacity', 'eth_call', 200, -32016, 'over rate limit'],
    ['capacity', 'eth_call', 200, -32029, 'Too many requests'],
    ['capacity', 'eth_call', 403, -32000, 'You have reached your daily request limit'],
    ['capacity', 'eth_call', 200, -32000, 'exceeded project quota'],
    ['capacity', 'eth_call', 503, -32000, 'server is too busy'],
    ['capacity', 'eth_call', 402, -32000, 'Payment Required'],
    ['capacity', 'eth_sendRawTransaction', 200, -32000, 'mempool is full'],
    ['provider', 'eth_call', 200, -32603, 'something new inside'],
    ['provider', 'eth_call', 200, -32603, 'method handler crashed'],
    ['provider', 'eth_call', 200, -32000, 'context deadline exceeded'],
    ['provider', 'eth_call', 200, -32000, 'execution aborted (timeout = 5s)'],
    ['provider', 'eth_call', 200, -32000, 'dial tcp 10.0.0.1:8545: connect: connection refused'],
    ['provider', 'eth_call', 200, -32000, 'no healthy upstream'],
    ['provider', 'eth_call', 200, -32005, 'Node is unhealthy'],
    ['provider', 'eth_call', 200, -32000, 'node is not synced'],
    ['provider', 'eth_call', 401, -32000, 'invalid project id'],
    ['provider', 'eth_call', 403, -32000, 'some new complaint'],
    ['provider', 'eth_call', 500, -32000, 'some new complaint'],
    ['provider', 'eth_call', 404, -32000, 'some new complaint'],
  ];
  it.each(others)('judges as %s: %s, HTTP %d, %d "%s"', (expected, method, httpStatus, code, message) => {
    const observed = { method, httpStatus, code, message, isRpcError: true };
    expect(classify(observed), rowOf(observed)?.kind).toBe(expected);
  });

  it('never takes a node\'s "already known" for success of a read', () => {
    const observed = { httpStatus: 200, code: -32000, message: 'already known', isRpcError: true };
    expect(classify({ ...observed, method: 'eth_call' })).toBe('client');
  });

  it('has patterns without state between calls', () => {
    for (const row of ERROR_TABLE) expect(row.message?.flags ?? '').not.toMatch(/[gy]/);
  });

  it('reads no more than the beginning of a message', () => {
    const message = `${' '.repeat(1_000)}rate limit`;
    expect(classify({ method: 'eth_call', httpStatus: 200, message, isRpcError: true })).toBe('client');
  });
});

describe('readRpcError', () => {
  it('reads code and message, and survives any other shape', () => {
    expect(readRpcError(encodeJson({ code: -32000, message: 'é' }))).toEqual({ code: -32000, message: 'é' });
    expect(readRpcError(encodeJson({ code: '-32000', message: 5 }))).toEqual({
      code: -32000,
      message: undefined,
    });
    expect(readRpcError(encodeJson({ code: {} }))).toEqual({ code: undefined, message: undefined });
    expect(readRpcError('"text"' as RawJson)).toEqual({ code: undefined, message: undefined });
  });

  it('tells a used nonce from other refusals', () => {
    expect(
      isNonceUsed(encodeJson({ code: -32000, message: 'nonce too low: next nonce 5, tx nonce 3' })),
    ).toBe(true);
    expect(isNonceUsed(encodeJson({ code: -32000, message: 'OldNonce, Current nonce: 5' }))).toBe(true);
    expect(isNonceUsed(encodeJson({ code: -32000, message: 'nonce too high' }))).toBe(false);
  });
});
