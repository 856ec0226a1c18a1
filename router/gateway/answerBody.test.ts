import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClientCall } from '../core/jsonRpc.ts';
import { parseBody } from '../core/jsonRpc.ts';
import type { RawJson } from '../core/rawJson.ts';
import { answerBody, type CallAnswer } from './answerBody.ts';

/** Answers each call with its own method, and keeps what it was asked. */
async function answered(body: string, maxBatchItems = 10) {
  const calls: ClientCall[] = [];
  const refused: string[] = [];
  const text = await answerBody(parseBody(Buffer.from(body)), {
    maxBatchItems,
    answer: async (call): Promise<CallAnswer> => {
      calls.push(call);
      return { kind: 'result', result: JSON.stringify(call.method) as RawJson };
    },
    onRefused: (kind) => refused.push(kind),
  });
  return { text, calls, refused };
}

const call = (id: string, method = 'm') => `{"jsonrpc":"2.0","id":${id},"method":"${method}"}`;

describe('a single call', () => {
  test.each(['1', '"text"', '"\\u0041"', '12345678901234567890123', '1.50', '-0', '1e3', 'null', '""'])(
    'keeps the id %s exactly',
    async (id) => {
      expect((await answered(call(id))).text).toBe(`{"jsonrpc":"2.0","id":${id},"result":"m"}`);
    },
  );

  test('without an id it is executed and not answered', async () => {
    const { text, calls } = await answered('{"jsonrpc":"2.0","method":"m"}');
    expect(text).toBeUndefined();
    expect(calls).toHaveLength(1);
  });

  test.each(['', '{', 'null}', '{"jsonrpc":"2.0","method":"m","id":1', '[1,', '\u00ff{'])(
    '%j is a parse error',
    async (body) => {
      const { text, calls, refused } = await answered(body);
      expect(JSON.parse(text ?? '')).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32700 } });
      expect(calls).toEqual([]);
      expect(refused).toEqual(['parse-error']);
    },
  );

  test.each([
    '1',
    'null',
    '"x"',
    '{}',
    '{"jsonrpc":"1.0","method":"m","id":1}',
    '{"jsonrpc":"2.0","id":{},"method":"m"}',
  ])('%s is an invalid request', async (body) => {
    const { text, calls } = await answered(body);
    expect(JSON.parse(text ?? '')).toMatchObject({ jsonrpc: '2.0', error: { code: -32600 } });
    expect(calls).toEqual([]);
  });
});

describe('a batch', () => {
  test('empty is one error', async () => {
    const { text, refused } = await answered('[]');
    expect(JSON.parse(text ?? '')).toMatchObject({ id: null, error: { code: -32600 } });
    expect(refused).toEqual(['empty-batch']);
  });

  test('answers junk and calls each on its own, in order, and notifications not at all', async () => {
    const notification = '{"jsonrpc":"2.0","method":"n"}';
    const { text, calls } = await answered(`[1, ${call('"a"')}, ${notification}, {"id":7}, ${call('null')}]`);
    expect(JSON.parse(text ?? '')).toMatchObject([
      { id: null, error: { code: -32600 } },
      { id: 'a', result: 'm' },
      { id: 7, error: { code: -32600 } },
      { id: null, result: 'm' },
    ]);
    expect(calls).toHaveLength(3);
  });

  test('of notifications alone has no answer', async () => {
    const notification = '{"jsonrpc":"2.0","method":"n"}';
    expect((await answered(`[${notification},${notification}]`)).text).toBeUndefined();
  });

  test('too long is refused whole, with the limit', async () => {
    const { text, calls, refused } = await answered(`[${Array(11).fill(call('1')).join()}]`);
    expect(JSON.parse(text ?? '')).toMatchObject({
      id: null,
      error: { code: -32600, message: 'Batch has 11 items; at most 10 are allowed' },
    });
    expect(calls).toEqual([]);
    expect(refused).toEqual(['batch-too-large']);
  });

  test('keeps its order whatever ends first, with a bounded number at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 90 }), async (scheduler, size) => {
        let running = 0;
        let most = 0;
        const body = `[${Array.from({ length: size }, (_, id) => call(String(id), `m${id}`)).join()}]`;
        const pending = answerBody(parseBody(Buffer.from(body)), {
          maxBatchItems: 100,
          answer: async ({ method }): Promise<CallAnswer> => {
            running += 1;
            most = Math.max(most, running);
            const result = await scheduler.schedule(Promise.resolve(JSON.stringify(method) as RawJson));
            running -= 1;
            return { kind: 'result', result };
          },
        });
        await scheduler.waitFor(pending);
        expect(JSON.parse((await pending) ?? '')).toEqual(
          Array.from({ length: size }, (_, id) => ({ jsonrpc: '2.0', id, result: `m${id}` })),
        );
        expect(most).toBe(Math.min(size, 32));
      }),
      { numRuns: 30 },
    );
  });
});
