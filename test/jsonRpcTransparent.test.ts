import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './fixtures/gatewayClient.ts';

const CHAIN_ID = 1337;

let server: Server;
let gateway: TestGateway;
// What the node says to a user's call, by the call's first parameter: the members after "jsonrpc" and id.
let answers = new Map<number, string>();
let asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { id, method, params } = JSON.parse(body.toString()) as {
        id: number;
        method: string;
        params?: unknown[];
      };
      const settled: Record<string, string> = {
        eth_chainId: `"result":"0x${CHAIN_ID.toString(16)}"`,
        eth_blockNumber: '"result":"0x10"',
      };
      if (settled[method] === undefined) asked.push(method);
      const said = settled[method] ?? answers.get(Number(params?.[0] ?? 0)) ?? '"result":null';
      response.setHeader('content-type', 'application/json');
      response.end(`{ "id": ${id},\n ${said}\t, "jsonrpc" : "2.0" } \n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  gateway = await startTestGateway({
    networks: [{ id: `eip155:${CHAIN_ID}`, slug: 'devnet', upstreams: [{ name: 'own', url }] }],
    // The first poll alone: afterwards every request is a user's call.
    heads: { pollIntervalMs: 600_000 },
    limits: { maxBodyBytes: 4 * 1_048_576 },
  });
  await gateway.ready();
});

afterAll(async () => {
  await gateway?.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const space = fc.constantFrom('', '', ' ', '\n', '\r\t ');
const scalar = fc.constantFrom(
  '0',
  '-0',
  '1.50',
  '1e400',
  '-1E-400',
  '0.10000000000000000000000000001',
  '123456789012345678901234567890',
  'true',
  'false',
  'null',
  '""',
  '"0x"',
  '"\\u00e9\\ud800\\/\\b"',
  '"é日😀\u2028\u007f"',
);
const key = fc.constantFrom(
  '"a"',
  '"a"',
  '"\\u0061"',
  '"id"',
  '"result"',
  '"error"',
  '"__proto__"',
  '"日"',
  '""',
);

/** A valid JSON text as no writer would write it: members twice, odd white space, numbers that no double holds. */
const { raw } = fc.letrec<{ raw: string; spaced: string; member: string }>((tie) => ({
  raw: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    scalar,
    fc.json({ maxDepth: 2 }),
    fc.array(tie('spaced'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc.array(tie('member'), { maxLength: 5 }).map((members) => `{${members.join(',')}}`),
  ),
  spaced: fc.tuple(space, tie('raw'), space).map((parts) => parts.join('')),
  member: fc
    .tuple(space, key, space, tie('spaced'))
    .map(([before, name, between, value]) => `${before}${name}${between}:${value}`),
}));

const rawId = fc.constantFrom(
  '1',
  '-0.0',
  '1E2',
  '123456789012345678901234567890',
  '"\\u00e9\\n"',
  '"日"',
  'null',
  '""',
  `"${'x'.repeat(10_000)}"`,
);

const request = (id: string | undefined, param: number, method = 'eth_call') =>
  `{"method":"${method}",${id === undefined ? '' : `"id":${id},`}"params":[${param}],"jsonrpc":"2.0"}`;

describe('an answer of the node', () => {
  it('has its result passed on byte for byte, with the id as it was sent', async () => {
    await fc.assert(
      fc.asyncProperty(raw, rawId, async (result, id) => {
        answers = new Map([[0, `"result":${result}`]]);
        const { text } = await gateway.post('devnet', request(id, 0));
        expect(text).toBe(`{"jsonrpc":"2.0","id":${id},"result":${result}}`);
      }),
      { numRuns: 200 },
    );
  });

  it("has the caller's error passed on byte for byte, data and unknown members too", async () => {
    await fc.assert(
      fc.asyncProperty(raw, space, rawId, async (data, gap, id) => {
        const error = `{"x":1.0,${gap}"message":"execution reverted: \\u00e9","data":${data},"code":${gap}3}`;
        answers = new Map([[0, `"error":${error}`]]);
        const { text } = await gateway.post('devnet', request(id, 0));
        expect(text).toBe(`{"jsonrpc":"2.0","id":${id},"error":${error}}`);
      }),
      { numRuns: 100 },
    );
  });

  it('of a batch stands in the order of its calls, each on its own; notifications are executed and have none', async () => {
    const item = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('call' as const), result: raw, id: rawId }) },
      fc.record({ kind: fc.constant('notification' as const) }),
      fc.record({
        kind: fc.constant('junk' as const),
        text: fc.constantFrom('1', 'null', '[]', '{}', '"x"', '{"id":{}}'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 12 }), async (items) => {
        answers = new Map();
        asked = [];
        const sent: string[] = [];
        const expected: string[] = [];
        for (const [index, one] of items.entries()) {
          if (one.kind === 'junk') {
            sent.push(one.text);
            expected.push('{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request"}}');
          } else if (one.kind === 'notification') sent.push(request(undefined, index, 'net_listening'));
          else {
            answers.set(index, `"result":${one.result}`);
            sent.push(request(one.id, index));
            expected.push(`{"jsonrpc":"2.0","id":${one.id},"result":${one.result}}`);
          }
        }
        const { status, text } = await gateway.post('devnet', `[${sent.join(' ,')}]`);
        expect([status, text]).toEqual(expected.length > 0 ? [200, `[${expected.join(',')}]`] : [204, '']);
        expect(asked).toHaveLength(items.filter(({ kind }) => kind !== 'junk').length);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['nested 10,000 deep', `${'[{"a":'.repeat(5_000)}1${'}]'.repeat(5_000)}`],
    ['of one long text', `"${'é'.repeat(500_000)}"`],
    ['of many members of one name', `{${'"a":1,'.repeat(100_000)}"a":2}`],
  ])('%s is passed on too', async (_name, result) => {
    answers = new Map([[0, `"result":${result}`]]);
    const { text } = await gateway.post('devnet', request('7', 0));
    expect(text === `{"jsonrpc":"2.0","id":7,"result":${result}}`).toBe(true);
  });
});

describe('a call', () => {
  it.each([
    ['a byte order mark before it', `\ufeff${request('1', 0)}`],
    ['something after it', `${request('1', 0)}x`],
    ['another call after it', `${request('1', 0)}${request('2', 0)}`],
    ['nesting without end', '['.repeat(100_000)],
    ['a bare control character in a text', '{"jsonrpc":"2.0","method":"a\u0001","id":1}'],
    ['a single-quoted text', "{'jsonrpc':'2.0','method':'m','id':1}"],
    ['nothing but white space', ' \n'],
  ])('with %s is no JSON: one -32700 with id null, and no node is asked', async (_name, body) => {
    asked = [];
    const { status, text } = await gateway.post('devnet', body);
    expect(status).toBe(200);
    expect(text).toBe('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}');
    expect(asked).toEqual([]);
  });

  it('with white space around it and members twice counts as its last members say', async () => {
    answers = new Map([[0, '"result":"0x1"']]);
    const body = ` \r\n\t{"id":1,"method":"no_such","id":"\\u0041","params":[0],"method":"eth_call","jsonrpc":"2.0"}\n`;
    const { text } = await gateway.post('devnet', body);
    expect(text).toBe('{"jsonrpc":"2.0","id":"\\u0041","result":"0x1"}');
  });

  it('may have the id of another one in its batch: each has its answer', async () => {
    answers = new Map([
      [0, '"result":"first"'],
      [1, '"result":"second"'],
    ]);
    const { text } = await gateway.post('devnet', `[${request('1', 0)},${request('1', 1)}]`);
    expect(text).toBe(
      '[{"jsonrpc":"2.0","id":1,"result":"first"},{"jsonrpc":"2.0","id":1,"result":"second"}]',
    );
  });

  it('may have an id of a megabyte', async () => {
    answers = new Map([[0, '"result":1']]);
    const id = `"${'9'.repeat(1_048_576)}"`;
    const { text } = await gateway.post('devnet', request(id, 0));
    expect(text === `{"jsonrpc":"2.0","id":${id},"result":1}`).toBe(true);
  });
});
