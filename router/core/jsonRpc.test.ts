import { describe, expect, it } from 'vitest';
import { batchResponse, errorResponse, parseBody, resultResponse } from './jsonRpc.ts';
import type { RawJson } from './rawJson.ts';
import { invalidRequest } from './rpcError.ts';

const parse = (text: string) => parseBody(Buffer.from(text, 'utf8'));
const invalid = (id: string) => ({ kind: 'single', item: { kind: 'invalid', id } });

describe('parseBody', () => {
  it('reads a call and keeps id and params as they were written', () => {
    expect(parse('{"params":[ 1.0,"é" ], "jsonrpc":"2.0","method":"eth_call","id":7}')).toEqual({
      kind: 'single',
      item: {
        kind: 'call',
        call: { id: '7', method: 'eth_call', params: Buffer.from('[ 1.0,"é" ]').toString('latin1') },
      },
    });
  });

  it.each(['"a\\"b\\u00e9"', '""', '123456789012345678901234567890', '1.50', '-1e3', 'null', '0'])(
    'keeps the id %s exactly',
    (id) => {
      const body = parse(`{"jsonrpc":"2.0","method":"m","id":${id}}`);
      expect(body).toEqual({
        kind: 'single',
        item: { kind: 'call', call: { id, method: 'm', params: undefined } },
      });
    },
  );

  it('takes a call without id as a notification, with id null as a call', () => {
    expect(parse('{"jsonrpc":"2.0","method":"m"}')).toMatchObject({ item: { call: { id: undefined } } });
    expect(parse('{"jsonrpc":"2.0","method":"m","id":null}')).toMatchObject({
      item: { call: { id: 'null' } },
    });
  });

  it.each([
    ['', 'parse-error'],
    ['{', 'parse-error'],
    ['{"jsonrpc":"2.0","method":"m","id":1', 'parse-error'],
    ['[{"jsonrpc":"2.0","method":"m","id":1},', 'parse-error'],
    ['hello', 'parse-error'],
    ['[]', 'empty-batch'],
    [' [ ] ', 'empty-batch'],
  ])('answers %j as %s', (text, kind) => {
    expect(parse(text)).toEqual({ kind });
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(parseBody(Buffer.from([0x22, 0xff, 0x22]))).toEqual({ kind: 'parse-error' });
  });

  it.each([
    ['1', 'null'],
    ['"text"', 'null'],
    ['null', 'null'],
    ['{}', 'null'],
    ['{"jsonrpc":"2.0","method":1,"params":"bar"}', 'null'],
    ['{"jsonrpc":"2.0","id":5}', '5'],
    ['{"jsonrpc":"1.0","method":"m","id":5}', '5'],
    ['{"jsonrpc":2.0,"method":"m","id":5}', '5'],
    ['{"method":"m","id":"x"}', '"x"'],
    ['{"jsonrpc":"2.0","method":"m","params":1,"id":5}', '5'],
    ['{"jsonrpc":"2.0","method":"m","params":null,"id":5}', '5'],
    ['{"jsonrpc":"2.0","method":"m","id":{}}', 'null'],
    ['{"jsonrpc":"2.0","method":"m","id":[1]}', 'null'],
    ['{"jsonrpc":"2.0","method":"m","id":true}', 'null'],
  ])('calls %s invalid, with id %s', (text, id) => {
    expect(parse(text)).toEqual(invalid(id));
  });

  it('judges each item of a batch on its own', () => {
    const body = parse(
      '[1,{"jsonrpc":"2.0","method":"a","id":1},[],{"foo":"bar"},{"jsonrpc":"2.0","method":"b"}]',
    );
    expect(body).toEqual({
      kind: 'batch',
      items: [
        { kind: 'invalid', id: 'null' },
        { kind: 'call', call: { id: '1', method: 'a', params: undefined } },
        { kind: 'invalid', id: 'null' },
        { kind: 'invalid', id: 'null' },
        { kind: 'call', call: { id: undefined, method: 'b', params: undefined } },
      ],
    });
  });

  it('takes the last of duplicate members, and escaped names, as JSON.parse does', () => {
    expect(parse('{"jsonrpc":"2.0","method":"a","\\u006dethod":"b\\n","id":1,"id":2}')).toMatchObject({
      item: { call: { id: '2', method: 'b\n' } },
    });
  });
});

describe('responses', () => {
  it('carry id and result unchanged', () => {
    const response = resultResponse('1.50' as RawJson, '{"a":1,"a":1.0}' as RawJson);
    expect(response).toBe('{"jsonrpc":"2.0","id":1.50,"result":{"a":1,"a":1.0}}');
  });

  it('carry an error as it came, or our own', () => {
    expect(errorResponse('1' as RawJson, '{"code":3}' as RawJson)).toBe(
      '{"jsonrpc":"2.0","id":1,"error":{"code":3}}',
    );
    expect(errorResponse('null' as RawJson, invalidRequest)).toBe(
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request"}}',
    );
  });

  it('of a batch are an array, and nothing when all were notifications', () => {
    expect(batchResponse(['1' as RawJson, '2' as RawJson])).toBe('[1,2]');
    expect(batchResponse([])).toBeUndefined();
  });
});
