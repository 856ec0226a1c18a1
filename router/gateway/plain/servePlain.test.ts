import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { RawJson } from '../../core/rawJson.ts';
import type { AnswerCall } from '../app.fixture.ts';
import type { RpcAnswers } from '../rpcAnswers.ts';
import { listeningApp, type RawClient, rawClient, requestBytes } from './rawClient.fixture.ts';
import { servePlain } from './servePlain.ts';

const WAIT = { timeout: 20_000 };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(answer?: AnswerCall) {
  const started = await listeningApp(answer);
  const { app, port } = started;
  cleanups.push(() => {
    app.server.closeAllConnections();
    return app.close();
  });
  return { ...started, open: () => openClient(port) };
}

function openClient(port: number): RawClient {
  const client = rawClient(port);
  cleanups.push(() => client.socket.destroy());
  return client;
}

const rpc = (id: number, method = 'm') => `{"jsonrpc":"2.0","id":${id},"method":"${method}"}`;
const answered = (id: number) => ({ status: 200, body: `{"jsonrpc":"2.0","id":${id},"result":"ok"}` });
const post = (id: number, ...headers: string[]) => requestBytes('POST /ethereum', rpc(id), ...headers);
const get = (path: string) => requestBytes(`GET ${path}`, undefined);

describe('what is not plain', () => {
  const STATUS = { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } };

  test.each([
    ['at once', (client: RawClient, pieces: Buffer[]) => client.send(Buffer.concat(pieces))],
    ['one by one', (client: RawClient, pieces: Buffer[]) => client.send(...pieces)],
  ])("is answered by Node's server in the middle of a connection, sent %s", async (_how, send) => {
    const { open, viaNode } = await start();
    const client = open();
    send(client, [post(1), post(2), get('/status'), post(3), get('/metrics'), get('/healthz'), post(4)]);
    expect(await client.responses(7)).toMatchObject([
      ...[answered(1), answered(2), { ...STATUS, body: expect.stringContaining('"version":"1.2.3"') }],
      ...[answered(3), { status: 200, body: expect.stringContaining('# TYPE din_') }],
      ...[{ status: 200, body: '{"status":"ok"}' }, answered(4)],
    ]);
    expect(viaNode).toEqual([
      'GET /status',
      'POST /ethereum',
      'GET /metrics',
      'GET /healthz',
      'POST /ethereum',
    ]);
  });

  test('waits for the answer to the plain request before it', async () => {
    const gate = Promise.withResolvers<void>();
    const { open, asked, viaNode } = await start(async () => {
      await gate.promise;
      return { kind: 'result', result: '"ok"' as RawJson };
    });
    const client = open();
    client.send(post(1), get('/status'), get('/healthz'));
    await expect.poll(() => asked.length, WAIT).toBe(1);
    await expect.poll(() => client.socket.bytesWritten, WAIT).toBeGreaterThan(post(1).length);
    expect(viaNode).toEqual([]);
    gate.resolve();
    expect(await client.responses(3)).toMatchObject([answered(1), STATUS, { body: '{"status":"ok"}' }]);
  });

  test('may be a preflight', async () => {
    const { open } = await start();
    const client = open();
    client.send(post(1), requestBytes('OPTIONS /ethereum', undefined, 'origin: https://a.example'), post(2));
    const [, preflight, last] = await client.responses(3);
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': '*' } });
    expect(last).toMatchObject(answered(2));
  });

  test('may come in chunks', async () => {
    const { open } = await start();
    const client = open();
    const [first, second] = [rpc(1).slice(0, 10), rpc(1).slice(10)];
    const chunked = requestBytes('POST /ethereum', undefined, 'transfer-encoding: chunked');
    const size = (text: string) => text.length.toString(16);
    client.send(
      post(0),
      chunked,
      `${size(first)}\r\n${first}\r\n`,
      `${size(second)};a=b\r\n${second}\r\n0\r\n\r\n`,
    );
    client.send(post(2));
    expect(await client.responses(3)).toMatchObject([answered(0), answered(1), answered(2)]);
  });

  test('may wait to be told to go on', async () => {
    const { open } = await start();
    const client = open();
    const bytes = post(1, 'expect: 100-continue');
    const head = bytes.indexOf('\r\n\r\n') + 4;
    client.send(post(0), bytes.subarray(0, head));
    expect(await client.responses(2)).toMatchObject([answered(0), { status: 100 }]);
    client.send(bytes.subarray(head));
    expect((await client.responses(3))[2]).toMatchObject(answered(1));
  });

  test('may be of HTTP/1.0, or ask for the connection to be closed', async () => {
    const { open } = await start();
    const [old, closing] = [open(), open()];
    old.send(post(1).toString('latin1').replace('HTTP/1.1', 'HTTP/1.0'));
    closing.send(post(2), post(3, 'connection: close'));
    expect(await old.closed()).toMatchObject([answered(1)]);
    expect(await closing.closed()).toMatchObject([answered(2), answered(3)]);
  });

  test('may want details', async () => {
    const { open } = await start();
    const client = open();
    client.send(post(1), post(2, 'x-din-details: 1'));
    expect((await client.responses(2))[1]).toMatchObject({
      ...answered(2),
      headers: { 'x-din-attempts': '0' },
    });
  });

  test.each([
    ['words', 'HELLO\r\n\r\n'],
    ['TLS', Buffer.from('16030100c6010000c20303', 'hex')],
    ['NUL', '\0'.repeat(100)],
    ['two lengths', post(1).toString().replace('host: x', 'host: x\r\ncontent-length: 1')],
    ['a length and chunks', post(1, 'transfer-encoding: chunked')],
    ['a folded line', post(1, 'x: a\r\n b')],
    ['bare LFs', post(1).toString().replaceAll('\r', '')],
    ['too long a head', post(1, `x: ${'x'.repeat(20_000)}`)],
  ])('and is %s is refused, nothing is made of what follows', async (_what, junk) => {
    const { open, asked } = await start();
    const [client, other] = [open(), open()];
    client.send(junk, post(9));
    other.send(post(1));
    await other.responses(1);
    other.send(junk, post(9));
    const [refused, ...more] = await client.closed();
    expect(refused?.status).toBeGreaterThanOrEqual(400);
    expect(more).toEqual([]);
    expect(await other.closed()).toMatchObject([answered(1), { status: refused?.status }]);
    expect(asked).toHaveLength(1);
  });

  test('and has no host is refused', async () => {
    const { open } = await start();
    const client = open();
    client.send('POST /ethereum HTTP/1.1\r\ncontent-length: 0\r\n\r\n');
    expect(await client.closed()).toMatchObject([{ status: 400 }]);
  });

  test('may upgrade the connection', async () => {
    const { app, open } = await start();
    app.server.on('upgrade', ({ url }, socket, head) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n\r\n${url} ${head}`);
      socket.on('data', (piece) => socket.end(piece));
    });
    const upgrade = requestBytes('GET /ethereum', undefined, 'connection: upgrade', 'upgrade: websocket');
    for (const before of [[], [post(1)]]) {
      const client = open();
      let text = '';
      client.socket.on('data', (piece) => {
        text += piece;
      });
      client.send(Buffer.concat([...before, upgrade, Buffer.from('head')]));
      await expect.poll(() => text, WAIT).toContain('/ethereum head');
      client.send('more');
      await client.closed();
      expect(text).toMatch(/\/ethereum headmore$/);
    }
  });

  test('is refused as a proxy would be asked', async () => {
    const { open } = await start();
    const [client, other] = [open(), open()];
    client.send(requestBytes('CONNECT example.com:443', undefined));
    expect(await client.closed()).toEqual([]);
    other.send(
      requestBytes('POST http://x/ethereum', rpc(1)),
      requestBytes('GET http://x/status', undefined),
    );
    await other.responses(2);
  });
});

describe('too large a body', () => {
  const REFUSED = {
    status: 413,
    headers: { connection: 'close' },
    body: expect.stringContaining('Request body is larger than 1024 bytes'),
  };

  test.each([1_025, 60_000, 100_000])('of %i bytes is refused', async (size) => {
    const { open, asked } = await start();
    const client = open();
    client.send(requestBytes('POST /ethereum', 'x'.repeat(size)));
    expect(await client.closed()).toMatchObject([REFUSED]);
    expect(asked).toEqual([]);
  });

  test('is refused before it comes', async () => {
    const { open } = await start();
    const [client, other] = [open(), open()];
    const head = requestBytes('POST /ethereum', 'x'.repeat(1_025)).subarray(0, -1_025);
    client.send(head);
    other.send(post(1), head);
    expect(await client.closed()).toMatchObject([REFUSED]);
    expect(await other.closed()).toMatchObject([answered(1), REFUSED]);
  });
});

describe('both ways', () => {
  const failing: AnswerCall = ({ method }) =>
    method === 'fail'
      ? Promise.reject(new Error('x'))
      : Promise.resolve({ kind: 'result', result: '1' as RawJson });
  const ID = 'x-request-id: id-1';

  test.each([
    ['an answer', 200, 'ethereum', rpc(1), [ID]],
    ['an answer in UTF-8', 200, 'ethereum', rpc(1, 'ü'), [ID]],
    ['no id asked for', 200, 'ethereum', rpc(1), []],
    ['an odd id asked for', 200, 'ethereum', rpc(1), ['x-request-id: <b>']],
    ['a batch', 200, '1', `[${rpc(1)},${rpc(2)}]`, [ID]],
    ['no JSON', 200, 'ethereum', '{', [ID]],
    ['no body', 200, 'ethereum', '', [ID]],
    ['a notification', 204, 'ethereum', '{"jsonrpc":"2.0","method":"m"}', [ID]],
    ['an unknown network', 404, 'nowhere', rpc(1), [ID]],
    ['too large a body', 413, 'ethereum', 'x'.repeat(2_000), [ID]],
    ['a fault of ours', 500, 'ethereum', rpc(1, 'fail'), [ID]],
  ])('give the same for %s', async (_what, status, network, body, headers) => {
    const { open, state, viaNode } = await start(failing);
    for (const draining of [false, true]) {
      state.draining = draining;
      viaNode.length = 0;
      const [plain, node] = [open(), open()];
      plain.send(requestBytes(`POST /${network}`, body, ...headers));
      node.send(requestBytes(`POST /${network}/`, body, ...headers));
      const [[one], [other]] = await Promise.all([plain.responses(1), node.responses(1)]);
      expect(one).toMatchObject({
        status,
        headers: { connection: draining || status === 413 ? 'close' : 'keep-alive' },
      });
      expect(comparable(one?.headers)).toEqual(comparable(other?.headers));
      expect(one).toMatchObject({ status: other?.status, body: other?.body });
      // ASCII alone is plain.
      expect(viaNode).toHaveLength(body.includes('ü') ? 2 : 1);
      if (draining) await Promise.all([plain.closed(), node.closed()]);
    }
  });

  /** Without what differs from one moment, and from one request, to the next. */
  function comparable({ date, ...headers }: Readonly<Record<string, string>> = {}) {
    expect(Math.abs(Date.parse(date ?? '') - Date.now())).toBeLessThan(20_000);
    if (headers['x-request-id'] !== 'id-1')
      expect(headers['x-request-id']).toMatch(/^[0-9a-f]{12}-[0-9a-z]+$/);
    return { ...headers, 'x-request-id': '' };
  }
});

describe('a connection that rests', () => {
  const LONG = 600_000;

  async function serve(limits: { requestTimeoutMs: number; keepAliveMs: number }, gate?: Promise<void>) {
    const { requestTimeoutMs: requestTimeout, keepAliveMs: keepAliveTimeout } = limits;
    const server = createServer({ requestTimeout, keepAliveTimeout, connectionsCheckingInterval: 100 });
    server.on('request', (_request, response) => response.end());
    const answers: RpcAnswers = {
      maxBodyBytes: () => 1_000,
      refuseTooLarge: () => undefined,
      async answer(_request, _body, send) {
        await gate;
        send({ status: 200, body: '1' as RawJson, headers: undefined, last: false });
      },
    };
    servePlain({ server, answers, ...limits });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return () => openClient(port);
  }

  test('for its first request, or within one, is closed', async () => {
    const open = await serve({ requestTimeoutMs: 1_000, keepAliveMs: LONG });
    const resting = open();
    resting.send(post(1));
    await resting.responses(1);
    const [silent, slow, slowNext] = [open(), open(), open()];
    slow.send(post(1).subarray(0, -1));
    slowNext.send(post(1));
    await slowNext.responses(1);
    slowNext.send(post(2).subarray(0, -1));
    expect(await silent.closed()).toEqual([]);
    expect(await slow.closed()).toEqual([]);
    expect(await slowNext.closed()).toHaveLength(1);
    resting.send(post(2));
    expect(await resting.responses(2)).toHaveLength(2);
  });

  test('between requests is closed', async () => {
    const open = await serve({ requestTimeoutMs: LONG, keepAliveMs: 1_000 });
    const [silent, slow, resting] = [open(), open(), open()];
    slow.send(post(1).subarray(0, -1));
    resting.send(post(1));
    expect(await resting.closed()).toMatchObject([{ headers: { 'keep-alive': 'timeout=1' } }]);
    slow.send(post(1).subarray(-1));
    silent.send(post(1));
    await Promise.all([slow.responses(1), silent.responses(1)]);
  });
  test("with Node's server is closed by it, as if it had just come", async () => {
    const open = await serve({ requestTimeoutMs: 1_000, keepAliveMs: 1_000 });
    const [slow, resting] = [open(), open()];
    slow.send(post(1), get('/').subarray(0, -1));
    resting.send(post(1), get('/'));
    expect(await slow.closed()).toMatchObject([{ status: 200 }, { status: 408 }]);
    expect(await resting.closed()).toHaveLength(2);
  });

  test('because the answer takes long is not closed', async () => {
    const gate = Promise.withResolvers<void>();
    const open = await serve({ requestTimeoutMs: 1_000, keepAliveMs: 1_000 }, gate.promise);
    const waiting = open();
    waiting.send(post(1));
    await open().closed();
    gate.resolve();
    expect(await waiting.responses(1)).toMatchObject([{ status: 200 }]);
  });
});
