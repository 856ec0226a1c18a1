import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { startTestGateway, type TestGateway } from './fixtures/gatewayClient.ts';

let node: Anvil;
let served: TestGateway;

beforeAll(async () => {
  node = await startAnvil({ chainId: 1337 });
  served = await startTestGateway({
    networks: [{ id: 'eip155:1337', slug: 'devnet', upstreams: [{ name: 'own', url: node.url }] }],
    limits: { maxBodyBytes: 4_096, maxBatchItems: 5 },
  });
  await served.ready();
});
afterAll(async () => {
  await served?.close();
  await node?.stop();
});

describe('bad input', () => {
  const chainId = (id: string) => `{"jsonrpc":"2.0","id":${id},"method":"eth_chainId","params":[]}`;

  test.each(['', 'hello', '{', '[1,', '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"'])(
    'the body %j is no JSON: -32700, id null',
    async (body) => {
      const { status, text } = await served.post('devnet', body);
      expect(status).toBe(200);
      expect(JSON.parse(text)).toEqual({
        jsonrpc: '2.0',
        id: null,
        error: { code: -32700, message: 'Parse error' },
      });
    },
  );

  test('an empty batch: -32600, id null', async () => {
    const { status, text } = await served.post('devnet', ' [ ] ');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32600 } });
  });

  test('a batch with junk: each item answered on its own and in order', async () => {
    const { text } = await served.post('devnet', `[1,${chainId('"a"')},{"id":"b"},null,[],${chainId('2')}]`);
    // One item too many is another answer.
    expect(JSON.parse(text)).toMatchObject({
      error: { code: -32600, message: expect.stringContaining('6 items') },
    });
    const junk = await served.post('devnet', `[1,${chainId('"a"')},{"id":"b"},null,${chainId('2')}]`);
    expect(JSON.parse(junk.text)).toMatchObject([
      { id: null, error: { code: -32600 } },
      { id: 'a', result: '0x539' },
      { id: 'b', error: { code: -32600 } },
      { id: null, error: { code: -32600 } },
      { id: 2, result: '0x539' },
    ]);
  });

  test.each(['nowhere', 'eip155:1', '1', '01337', 'constructor'])(
    'the unknown network %s: 404',
    async (network) => {
      const { status, text } = await served.post(network, chainId('"x"'));
      expect(status).toBe(404);
      expect(JSON.parse(text)).toMatchObject({
        id: 'x',
        error: { message: expect.stringContaining('/status') },
      });
    },
  );

  test('too large a body: 413, with its length given and without', async () => {
    const large = chainId(`"${'x'.repeat(4_096)}"`);
    const given = await served.post('devnet', large);
    const streamed = await fetch(`${served.url}/devnet`, {
      method: 'POST',
      body: new Blob([large]).stream(),
      duplex: 'half',
    } as RequestInit);
    for (const { status, text } of [given, { status: streamed.status, text: await streamed.text() }]) {
      expect(status).toBe(413);
      expect(JSON.parse(text)).toMatchObject({
        id: null,
        error: { message: expect.stringContaining('4096 bytes') },
      });
    }
  });

  test("an unknown method: the node's -32601", async () => {
    expect(await served.call('devnet', 'no_such')).toMatchObject({ id: 1, error: { code: -32601 } });
  });

  test('a notification is executed and not answered', async () => {
    const before = (await served.status()).totals.calls;
    const { status, text } = await served.post('devnet', '{"jsonrpc":"2.0","method":"eth_chainId"}');
    expect([status, text]).toEqual([204, '']);
    expect((await served.status()).totals.calls).toBe(before + 1);
  });

  test.each([
    '"text"',
    '"\\u00e9\\n"',
    '"日本"',
    '123456789012345678901234567890',
    '1.50',
    '-0.0',
    '1E2',
    'null',
    '""',
  ])('the id %s comes back exactly', async (id) => {
    const { text } = await served.post('devnet', chainId(id));
    expect(text).toBe(`{"jsonrpc":"2.0","id":${id},"result":"0x539"}`);
  });

  test('slug, CAIP-2 id and chain id name the same network', async () => {
    for (const network of ['devnet', 'eip155:1337', '1337']) {
      expect(await served.call(network, 'eth_chainId')).toMatchObject({ result: '0x539' });
    }
  });
});
