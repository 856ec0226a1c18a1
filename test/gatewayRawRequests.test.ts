import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './fixtures/gatewayClient.ts';
import { type NamedNode, startNamedNode } from './fixtures/namedNode.ts';

const WAIT = { timeout: 20_000 };
let node: NamedNode;
let gateway: TestGateway;

beforeEach(async () => {
  node = await startNamedNode('one');
  gateway = await startTestGateway({
    networks: [{ id: 'eip155:1337', slug: 'devnet', upstreams: [{ name: 'own', url: node.url }] }],
    limits: { maxBodyBytes: 1_024 },
  });
  await gateway.ready();
});
afterEach(async () => {
  await gateway.close();
  await node.close();
});

/** A connection by hand: what was received so far, and whether the gateway has ended it. */
function connection() {
  const socket = connect(gateway.port, '127.0.0.1').setNoDelay(true);
  const state = { text: '', ended: false };
  socket.on('data', (chunk: Buffer) => {
    state.text += chunk.toString('latin1');
  });
  socket.on('end', () => {
    state.ended = true;
  });
  socket.on('error', () => undefined);
  const write = (text: string) => new Promise<void>((resolve) => socket.write(text, () => resolve()));
  const close = () => socket.destroy();
  return { state, write, close };
}

const call = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"web3_clientVersion"}`;
const post = (body: string, header = '') =>
  `POST /devnet HTTP/1.1\r\nhost: x\r\n${header}content-length: ${body.length}\r\n\r\n${body}`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const CHUNKED = 'POST /devnet HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';

test('a body that comes byte by byte is one body', async () => {
  const { state, write, close } = connection();
  for (const byte of post(call(1))) await write(byte);
  await expect.poll(() => state.text, WAIT).toContain('"id":1,"result":"one"');
  close();
});

test('several requests of one packet are answered in their order', async () => {
  const { state, write, close } = connection();
  await write(post(call(1)) + post('{') + post(call(3)));
  await expect.poll(() => state.text, WAIT).toContain('"id":3');
  const ids = [...state.text.matchAll(/"id":(\d|null)/g)].map(([, id]) => id);
  expect(ids).toEqual(['1', 'null', '3']);
  close();
});

test('a body in chunks is taken, up to the limit', async () => {
  const { state, write, close } = connection();
  const body = call(1);
  await write(CHUNKED + chunk(body.slice(0, 9)) + chunk(body.slice(9)) + chunk(''));
  await expect.poll(() => state.text, WAIT).toContain('"result":"one"');
  await write(CHUNKED + chunk('x'.repeat(1_000)) + chunk('x'.repeat(25)));
  await expect.poll(() => state.text, WAIT).toContain('HTTP/1.1 413');
  await expect.poll(() => state.ended, WAIT).toBe(true);
  expect(state.text).toContain('larger than 1024 bytes');
  close();
});

test('a body that says it is too long is refused before it comes', async () => {
  const { state, write, close } = connection();
  await write('POST /devnet HTTP/1.1\r\nhost: x\r\ncontent-length: 1025\r\n\r\n');
  await expect.poll(() => state.text, WAIT).toMatch(/^HTTP\/1.1 413.*connection: close/s);
  await expect.poll(() => state.ended, WAIT).toBe(true);
  close();
});

test('a client that waits to be asked for its body is', async () => {
  const { state, write, close } = connection();
  const [head = '', body = ''] = post(call(1), 'expect: 100-continue\r\n').split('\r\n\r\n');
  await write(`${head}\r\n\r\n`);
  await expect.poll(() => state.text, WAIT).toMatch(/^HTTP\/1.1 100 Continue/);
  await write(body);
  await expect.poll(() => state.text, WAIT).toContain('"result":"one"');
  close();
});

test('what is no HTTP is refused and breaks nothing', async () => {
  const { state, write, close } = connection();
  await write('\0\x16\x03 nonsense\r\n\r\n');
  await expect.poll(() => state.ended, WAIT).toBe(true);
  expect(state.text).toMatch(/^HTTP\/1.1 400/);
  close();
  expect(await gateway.call('devnet', 'web3_clientVersion')).toMatchObject({ result: 'one' });
});
