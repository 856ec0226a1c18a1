import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import type { RawJson } from '../../core/rawJson.ts';
import type { AnswerCall } from '../app.fixture.ts';
import type { Client } from '../client.ts';
import { listeningApp, type RawClient, rawClient, requestBytes } from './rawClient.fixture.ts';

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
  const open = (): RawClient => {
    const client = rawClient(port);
    cleanups.push(() => client.socket.destroy());
    return client;
  };
  return { ...started, open };
}

const rpc = (method: string, id = 1, params = '[]') =>
  `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;
const result = (id: number, of: string) => `{"jsonrpc":"2.0","id":${id},"result":${of}}`;
const post = (method: string, id = 1, params?: string) =>
  requestBytes('POST /ethereum', rpc(method, id, params));

/** Answers with the method's name; calls of `held` ones when they are released. */
function holding(...held: string[]) {
  const clients: Client[] = [];
  const gates = new Map(held.map((method) => [method, Promise.withResolvers<void>()]));
  const answer: AnswerCall = async ({ method, params }, client) => {
    clients.push(client);
    await gates.get(method)?.promise;
    return { kind: 'result', result: (params === '[]' ? `"${method}"` : params) as RawJson };
  };
  return { answer, clients, release: (method: string) => gates.get(method)?.resolve() };
}

describe('a connection', () => {
  test('is kept for the next request', async () => {
    const { open, viaNode } = await start();
    const client = open();
    client.send(post('a', 1));
    expect(await client.responses(1)).toMatchObject([{ status: 200, body: result(1, '"ok"') }]);
    client.send(post('b', 2));
    const [, second] = await client.responses(2);
    expect(second).toMatchObject({ status: 200, body: result(2, '"ok"') });
    expect(second?.headers).toMatchObject({ connection: 'keep-alive', 'keep-alive': 'timeout=75' });
    expect(viaNode).toEqual([]);
  });

  test('has its requests answered in order, however many come at once', async () => {
    const { answer, release } = holding('slow');
    const { open, asked, viaNode } = await start(answer);
    const client = open();
    client.send(Buffer.concat([post('slow', 0), ...Array.from({ length: 200 }, (_, i) => post('m', i + 1))]));
    await expect.poll(() => asked.length, WAIT).toBe(1);
    release('slow');
    const bodies = (await client.responses(201)).map(({ body }) => body);
    expect(bodies).toEqual(['slow', ...Array(200).fill('m')].map((method, i) => result(i, `"${method}"`)));
    expect(viaNode).toEqual([]);
  });

  test('may send more while its request is answered, in pieces of any size', async () => {
    const { answer, release } = holding('slow');
    const { open, asked } = await start(answer);
    const client = open();
    client.send(post('slow', 0));
    await expect.poll(() => asked.length, WAIT).toBe(1);
    client.send(...[...post('m', 1)].map((byte) => Buffer.of(byte)));
    release('slow');
    expect((await client.responses(2))[1]).toMatchObject({ body: result(1, '"m"') });
  });

  test('with a request of ten thousand pieces is served', async () => {
    const { answer } = holding();
    const { open, state } = await start(answer);
    state.maxBodyBytes = 100_000;
    const client = open();
    const params = `["${'x'.repeat(10_000)}"]`;
    client.send(...[...post('m', 1, params)].map((byte) => Buffer.of(byte)));
    expect(await client.responses(1)).toMatchObject([{ body: result(1, params) }]);
  });

  test.each([64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1])(
    'with a request of %i bytes is served',
    async (size) => {
      const { answer } = holding();
      const { open, state } = await start(answer);
      state.maxBodyBytes = 100_000;
      const client = open();
      const padded = (bytes: number) => `["${'x'.repeat(bytes)}"]`;
      const params = padded(60_000 + size - post('m', 1, padded(60_000)).length);
      const sent = post('m', 1, params);
      expect(sent).toHaveLength(size);
      client.send(sent);
      client.send(post('m', 2));
      expect(await client.responses(2)).toMatchObject([
        { body: result(1, params) },
        { body: result(2, '"m"') },
      ]);
    },
  );

  test('has what is not ASCII passed on byte for byte, and answered in the same way', async () => {
    const { answer } = holding();
    const { open } = await start(answer);
    const client = open();
    const params = '["ünï 日本 \\u0041"]';
    client.send(post('m', 1), post('m', 2, params), post('m', 3));
    const bodies = (await client.responses(3)).map(({ body }) => Buffer.from(body, 'latin1').toString());
    expect(bodies).toEqual([result(1, '"m"'), result(2, params), result(3, '"m"')]);
  });

  test('that sends what is not UTF-8 is told so', async () => {
    const { open } = await start();
    const client = open();
    client.send(requestBytes('POST /ethereum', Buffer.from(rpc('m', 1, '["\xff"]'), 'latin1')));
    expect(await client.responses(1)).toMatchObject([
      { status: 200, body: expect.stringContaining('-32700') },
    ]);
  });

  test('that rests keeps nothing of a large request', async () => {
    const { open, state, viaNode } = await start();
    state.maxBodyBytes = 100_000;
    const large = post('m', 1, `["${'x'.repeat(60_000)}"]`);
    const before = heapUsed();
    for (let i = 0; i < 200; i += 1) {
      const client = open();
      client.send(large);
      await client.responses(1);
    }
    expect(viaNode).toEqual([]);
    expect(heapUsed() - before).toBeLessThan((200 * large.length) / 2);
  });

  test('whose body is too large is told so and closed, whatever follows', async () => {
    const { open, asked, app } = await start();
    const client = open();
    client.send(Buffer.concat([post('m', 1, `["${'x'.repeat(1_024)}"]`), post('m', 2)]));
    const responses = await client.closed();
    expect(responses).toMatchObject([{ status: 413, headers: { connection: 'close' } }]);
    expect(responses[0]?.body).toContain('Request body is larger than 1024 bytes');
    expect(asked).toEqual([]);
    await expect.poll(() => connections(app), WAIT).toBe(0);
  });
});

/** Bytes that are still needed. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

describe('a client that leaves', () => {
  test.each([
    ['closes', (client: RawClient) => client.socket.destroy()],
    ['has said all', (client: RawClient) => client.socket.end()],
    ['resets', (client: RawClient) => client.socket.resetAndDestroy()],
  ])('its call is broken off when it %s', async (_how, leave) => {
    const { answer, clients } = holding('slow');
    const { open, app } = await start(answer);
    const client = open();
    client.send(post('slow'));
    await expect.poll(() => clients.length, WAIT).toBe(1);
    const gone = new Promise<void>((resolve) => clients[0]?.onGone(resolve));
    leave(client);
    await gone;
    await client.closed();
    await expect.poll(() => connections(app), WAIT).toBe(0);
  });

  test('between requests is forgotten', async () => {
    const { open, app } = await start();
    const client = open();
    client.send(post('m'));
    await client.responses(1);
    client.socket.end();
    await client.closed();
    await expect.poll(() => connections(app), WAIT).toBe(0);
  });

  test('within its request is forgotten', async () => {
    const { open, app, asked } = await start();
    const client = open();
    client.send(post('m').subarray(0, -1));
    client.socket.end();
    await client.closed();
    await expect.poll(() => connections(app), WAIT).toBe(0);
    expect(asked).toEqual([]);
  });
});

function connections({ server }: Awaited<ReturnType<typeof start>>['app']): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}

describe('a client that does not read its answers', () => {
  // More than sockets of the system hold for it.
  const LARGE = `"${'x'.repeat(8 * 1024 * 1024)}"` as RawJson;
  const large: AnswerCall = async () => ({ kind: 'result', result: LARGE });

  test('is not listened to any more', async () => {
    const { open, asked, sockets } = await start(large);
    const client = open();
    await once(client.socket, 'connect');
    client.socket.pause();
    client.send(post('m'));
    await expect.poll(() => sockets[0]?.writableLength, WAIT).toBeGreaterThan(0);
    const requests = Buffer.concat(Array.from({ length: 1_000 }, () => post('m')));
    // Until nothing more goes through.
    for (let stuck = false; !stuck; stuck = client.socket.writableLength > 8 * requests.length) {
      client.send(requests);
      await new Promise(setImmediate);
    }
    expect(asked).toHaveLength(1);
    expect(sockets[0]?.writableLength).toBeLessThan(LARGE.length + 1_024);
    expect(sockets[0]?.readableLength).toBeLessThanOrEqual(128 * 1024);
  });

  test('has all of them once it reads', async () => {
    const { open, asked, sockets } = await start(large);
    const client = open();
    await once(client.socket, 'connect');
    client.socket.pause();
    client.send(Buffer.concat([post('m', 1), post('m', 2), post('m', 3)]));
    await expect.poll(() => sockets[0]?.writableLength, WAIT).toBeGreaterThan(0);
    expect(asked).toHaveLength(1);
    client.socket.resume();
    const bodies = (await client.responses(3)).map(({ body }) => body);
    expect(bodies).toEqual([1, 2, 3].map((id) => result(id, LARGE)));
  });

  test('and says that it will send no more is closed once it has them', async () => {
    const { open, sockets, app } = await start(large);
    const client = open();
    await once(client.socket, 'connect');
    client.socket.pause();
    client.send(post('m'));
    await expect.poll(() => sockets[0]?.writableLength, WAIT).toBeGreaterThan(0);
    client.socket.end();
    await expect.poll(() => sockets[0]?.readableEnded, WAIT).toBe(true);
    client.socket.resume();
    expect(await client.closed()).toMatchObject([{ body: result(1, LARGE) }]);
    await expect.poll(() => connections(app), WAIT).toBe(0);
  });
});
