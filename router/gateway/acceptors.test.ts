import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { listen } from './listen.ts';

const CLIENTS = 400;
const CROWDS = { isForCrowds: true };

const clients: Socket[] = [];
const opened: FastifyInstance[] = [];
function app() {
  const made = fastify({ forceCloseConnections: 'idle' });
  opened.push(made);
  return made;
}
function client(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  clients.push(socket);
  return socket;
}
async function canConnect(port: number): Promise<boolean> {
  const socket = client(port);
  const isConnected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isConnected;
}
afterEach(async () => {
  for (const socket of clients.splice(0)) socket.destroy();
  await Promise.all(opened.splice(0).map((made) => made.close()));
});

// Elsewhere one socket listens, and takes one a turn.
const MOST_TURNS = process.platform === 'linux' ? CLIENTS / 2 : Number.POSITIVE_INFINITY;

test('hundreds that come at once are taken in far fewer turns of the event loop', async () => {
  const gateway = app();
  let taken = 0;
  gateway.server.on('connection', () => {
    taken += 1;
  });
  const port = await listen(gateway, '127.0.0.1:0', 'listen', CROWDS);
  for (let asked = 0; asked < CLIENTS; asked++) client(port);
  let turns = 0;
  while (taken < CLIENTS) {
    await nextTurn();
    turns += 1;
  }
  expect(turns).toBeLessThan(MOST_TURNS);
});

test('whichever socket took it, a connection is answered, and a close waits for its answer', async () => {
  const gateway = app();
  const asked: (() => void)[] = [];
  gateway.get('/slow', () => new Promise((resolve) => asked.push(() => resolve('done'))));
  const port = await listen(gateway, '127.0.0.1:0', 'listen', CROWDS);
  const sockets = Array.from({ length: 32 }, () => client(port));
  for (const socket of sockets) socket.write('GET /slow HTTP/1.1\r\nhost: din\r\nconnection: close\r\n\r\n');
  while (asked.length < sockets.length) await nextTurn();

  let isClosed = false;
  const closing = gateway.close().then(() => {
    isClosed = true;
  });
  // Nobody new is taken; those who are there wait.
  while (await canConnect(port)) await nextTurn();
  expect(isClosed).toBe(false);

  const answers = sockets.map(async (socket) => {
    let text = '';
    for await (const chunk of socket.setEncoding('latin1')) text += chunk;
    return text;
  });
  for (const answer of asked) answer();
  for (const text of await Promise.all(answers)) expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*done$/);
  await closing;
});

test('another process’s port is not shared', async () => {
  const port = await listen(app(), '127.0.0.1:0', 'listen', CROWDS);
  await expect(listen(app(), `127.0.0.1:${port}`, 'listen', CROWDS)).rejects.toMatchObject({
    code: 'PORT_IN_USE',
  });
});
