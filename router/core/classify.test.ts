import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classify, isNonceUsed, judgeError, readRpcError, rowOf } from './classify.ts';
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

  // Wordings of other clients and vendors: class, method, HTTP status, code, message.
  const others: [ErrorClass, string, number, number, string][] = JSON.parse(
    readFileSync(new URL('../../test/fixtures/error-wordings.json', import.meta.url), 'utf8'),
  );
  it.each(others)('judges as %s: %s, HTTP %d, %d "%s"', (expected, method, httpStatus, code, message) => {
    const observed = { method, httpStatus, code, message, isRpcError: true };
    expect(classify(observed), rowOf(observed)?.kind).toBe(expected);
  });

  it('tells a method that is not offered from a block or state that is not there, whatever the name', () => {
    const wordings = [
      'the method NAME does not exist/is not available',
      'method NAME not found',
      'The method NAME is not supported',
      'NAME is not available on this node',
      'unsupported method: NAME',
    ];
    const names = [
      'trace_block',
      'eth_getBlockReceipts',
      'debug_traceBlockByNumber',
      'eth_getHeaderByNumber',
    ];
    for (const method of [...names, 'eth_getProof', 'parity_pendingTransactions', 'debug_accountState']) {
      for (const wording of wordings) {
        const message = wording.replace('NAME', method);
        const observed = { method, httpStatus: 200, code: -32601, message, isRpcError: true };
        expect(judgeError(observed), message).toMatchObject({ class: 'capability', lack: 'method' });
      }
    }
    const pruned = { method: 'eth_call', httpStatus: 200, code: -32000, isRpcError: true };
    for (const message of [
      'missing trie node 1f (path )',
      'header not found',
      'block 0x1 not found',
      'state is not available',
    ])
      expect(judgeError({ ...pruned, message }), message).toMatchObject({
        class: 'capability',
        lack: 'state',
      });
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
