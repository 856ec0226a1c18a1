import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import type { RawJson } from '../core/rawJson.ts';
import { type AnswerCall, startApp } from '../gateway/app.fixture.ts';
import { listeningApp, type RawClient, rawClient, requestBytes } from '../gateway/plain/rawClient.fixture.ts';
import { closeServer } from './closeServer.ts';

const WAIT = { timeout: 20_000 };
// Nothing in these tests waits for it.
const LONG = 600_000;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const post = (method = 'm') =>
  requestBytes('POST /ethereum', `{"jsonrpc":"2.0","id":1,"method":"${method}"}`);
// Left to Node's server.
const other = (method = 'm') =>
  requestBytes('POST /ethereum/', `{"jsonrpc":"2.0","id":1,"method":"${method}"}`);
const GET = requestBytes('GET /healthz', undefined);

/** Calls of `slow` are answered when they are released; of `large`, by more than sockets of the system hold. */
async function start() {
  const gate = Promise.withResolvers<void>();
  const large = `"${'x'.repeat(8 * 1024 * 1024)}"` as RawJson;
  const answer: AnswerCall = async ({ method }) => {
    if (method === 'slow') await gate.promise;
    return { kind: 'result', result: method === 'large' ? large : ('"ok"' as RawJson) };
  };
  const started = await listeningApp(answer);
  const { app, asked, port } = started;
  cleanups.push(() => {
    app.server.closeAllConnections();
    return app.close();
  });
  const open = async (): Promise<RawClient> => {
    const client = rawClient(port);
    cleanups.push(() => client.socket.destroy());
    await once(client.socket, 'connect');
    return client;
  };
  const areAsked = (count: number) => expect.poll(() => asked.length, WAIT).toBe(count);
  return { ...started, open, areAsked, release: () => gate.resolve() };
}

const CLOSED = { status: 200, headers: { connection: 'close' } };

test('connections that rest are closed at once', async () => {
  const { app, open, sockets } = await start();
  const [silent, served, handedOver] = [await open(), await open(), await open()];
  served.send(post());
  handedOver.send(post(), GET);
  await Promise.all([served.responses(1), handedOver.responses(2)]);
  await expect.poll(() => sockets.length, WAIT).toBe(3);
  await closeServer(app, LONG);
  expect(await silent.closed()).toEqual([]);
  expect(await served.closed()).toHaveLength(1);
  expect(await handedOver.closed()).toHaveLength(2);
});

test('calls in flight are answered, and their connections closed after them', async () => {
  const { app, open, areAsked, release, state } = await start();
  const [plain, pipelined, viaNode] = [await open(), await open(), await open()];
  plain.send(post('slow'));
  pipelined.send(Buffer.concat([post('slow'), post()]));
  viaNode.send(other('slow'));
  await areAsked(3);
  state.draining = true;
  const closed = closeServer(app, LONG);
  await expect.poll(() => app.server.listening, WAIT).toBe(false);
  release();
  expect(await plain.closed()).toMatchObject([CLOSED]);
  expect(await pipelined.closed()).toMatchObject([CLOSED]);
  expect(await viaNode.closed()).toMatchObject([CLOSED]);
  await closed;
});

test('a request whose beginning has come is answered too', async () => {
  const { app, open, sockets } = await start();
  const client = await open();
  client.send(post());
  await client.responses(1);
  client.send(post().subarray(0, -1));
  await expect.poll(() => sockets[0]?.bytesRead, WAIT).toBe(2 * post().length - 1);
  const closed = closeServer(app, LONG);
  await expect.poll(() => app.server.listening, WAIT).toBe(false);
  client.send(post().subarray(-1));
  expect((await client.closed())[1]).toMatchObject(CLOSED);
  await closed;
});

test('an answer that is not taken yet is', async () => {
  const { app, open, sockets } = await start();
  const client = await open();
  client.socket.pause();
  client.send(post('large'));
  await expect.poll(() => sockets[0]?.writableLength, WAIT).toBeGreaterThan(0);
  const closed = closeServer(app, LONG);
  await expect.poll(() => app.server.listening, WAIT).toBe(false);
  client.socket.resume();
  expect(await client.closed()).toMatchObject([{ status: 200 }]);
  await closed;
});

test('whatever takes longer than it may is cut off', async () => {
  const { app, open, areAsked, sockets } = await start();
  const [plain, viaNode, slow, deaf] = [await open(), await open(), await open(), await open()];
  plain.send(post('slow'));
  viaNode.send(other('slow'));
  await areAsked(2);
  slow.send(post().subarray(0, -1));
  deaf.socket.pause();
  deaf.send(post('large'));
  await expect.poll(() => sockets.some(({ writableLength }) => writableLength > 0), WAIT).toBe(true);
  await closeServer(app, 1);
  for (const client of [plain, viaNode, slow]) expect(await client.closed()).toEqual([]);
});

test.each([
  ['closeIdleConnections', 'closeAllConnections'],
  ['closeAllConnections', 'closeIdleConnections'],
  ['closeAllConnections', 'closeAllConnections'],
  ['closeIdleConnections', 'closeIdleConnections'],
] as const)('%s, then %s, then a close, leave nothing open', async (first, second) => {
  const { app, open, areAsked, release, state } = await start();
  const [resting, busy, handedOver] = [await open(), await open(), await open()];
  resting.send(post());
  handedOver.send(GET);
  await Promise.all([resting.responses(1), handedOver.responses(1)]);
  busy.send(post('slow'));
  await areAsked(2);
  app.server[first]();
  app.server[second]();
  expect(await resting.closed()).toHaveLength(1);
  expect(await handedOver.closed()).toHaveLength(1);
  state.draining = true;
  release();
  const all = first === 'closeAllConnections' || second === 'closeAllConnections';
  expect(await busy.closed()).toMatchObject(all ? [] : [CLOSED]);
  await closeServer(app, LONG);
  app.server[second]();
});

test.each([
  ['listened', async () => (await start()).app],
  ['never listened', async () => startApp().app],
])('a server that %s may be closed again and again', async (_what, make) => {
  const app = await make();
  app.server.closeAllConnections();
  await closeServer(app, LONG);
  await closeServer(app, LONG);
  app.server.closeIdleConnections();
  app.server.closeAllConnections();
});
