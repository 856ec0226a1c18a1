import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { FaultRequest } from '../scripts/devnet/fault.ts';
import { createFaultSwitch } from '../scripts/devnet/faultSwitch.ts';
import { type ProviderNode, startProviderNode } from '../scripts/devnet/providerNode.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';

let anvil: Anvil;
let provider: ProviderNode;
let ends: (string | undefined)[];

beforeAll(async () => {
  anvil = await startAnvil({ chainId: 1337 });
});
afterAll(() => anvil.stop());
beforeEach(async () => {
  ends = [];
  const exit = (signal?: string) => void ends.push(signal);
  provider = await startProviderNode({ nodeUrl: anvil.url, port: 0, controlPort: 0, exit });
});
afterEach(() => provider.close());

const turn = (fault: FaultRequest) => createFaultSwitch(provider.controlUrl).set(fault);
const port = () => Number(new URL(provider.url).port);

function ask(method: string, params: readonly unknown[] = [], path = '/') {
  return request(`${provider.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}

async function answer(method: string, params: readonly unknown[] = [], path = '/') {
  return (await (await ask(method, params, path)).body.json()) as { id: unknown; result: unknown };
}

test('refuse: nothing listens, until it heals', async () => {
  await turn({ mode: 'refuse' });
  const [error] = await once(connectTcp(port(), '127.0.0.1'), 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  await turn({ mode: 'none' });
  expect(await answer('eth_chainId')).toMatchObject({ result: '0x539' });
});

test('tls: the certificate is nobody’s, and plain HTTP is not understood', async () => {
  await turn({ mode: 'tls' });
  const [error] = await once(connectTls(port(), '127.0.0.1'), 'error');
  expect(error).toMatchObject({ code: expect.stringMatching(/CERT|ISSUER|SELF_SIGNED|ALTNAME|SIGNATURE/) });
  await expect(ask('eth_chainId')).rejects.toThrow();
  await turn({ mode: 'none' });
  expect(await answer('eth_chainId')).toMatchObject({ result: '0x539' });
});

test('kill: the process ends in the middle of an answer', async () => {
  await turn({ mode: 'kill' });
  const response = await ask('eth_getBlockByNumber', ['0x0', false]);
  response.body.on('error', () => {});
  response.body.resume();
  await vi.waitFor(() => expect(ends).toEqual(['SIGKILL']));
});

test('hangBody: headers come, and that is all', async () => {
  await turn({ mode: 'hangBody' });
  const response = await ask('eth_chainId');
  let bytes = 0;
  response.body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  response.body.on('error', () => {});
  expect([response.statusCode, Number(response.headers['content-length']) > 0]).toEqual([200, true]);
  // Turning the switch asks the same process: by then a body would have come.
  await createFaultSwitch(provider.controlUrl).get();
  expect(bytes).toBe(0);
  response.body.destroy();
});

test('drip: the answer is whole in the end', async () => {
  await turn({ mode: 'drip', intervalMs: 1 });
  expect(await answer('eth_chainId')).toMatchObject({ result: '0x539' });
});

test('reset: the connection ends without an answer', async () => {
  await turn({ mode: 'reset' });
  await expect(ask('eth_chainId')).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('status502: an error page', async () => {
  await turn({ mode: 'status502' });
  const response = await ask('eth_chainId');
  expect([response.statusCode, response.headers['content-type']]).toEqual([502, 'text/html']);
  await response.body.dump();
});

test('wrongId: the right result, to another call', async () => {
  await turn({ mode: 'wrongId' });
  expect(await answer('eth_chainId')).toEqual({ jsonrpc: '2.0', id: 'nobody', result: '0x539' });
});

test('truncated: a whole body that is half an answer', async () => {
  await turn({ mode: 'truncated' });
  const response = await ask('eth_chainId');
  const text = await response.body.text();
  expect(text).toMatch(/^\{"jsonrpc/);
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
});

test('ahead: the head alone, by so many blocks', async () => {
  await turn({ mode: 'ahead', blocks: 4_096 });
  const before = await answer('eth_blockNumber');
  expect(Number(before.result)).toBeGreaterThanOrEqual(4_096);
  expect(await answer('eth_chainId')).toMatchObject({ result: '0x539' });
});

test('forgets: null for a block that there is', async () => {
  await turn({ mode: 'forgets' });
  expect(await answer('eth_getBlockByNumber', ['0x0', false])).toMatchObject({ result: null });
  expect(await answer('eth_chainId')).toMatchObject({ result: '0x539' });
});

test('giant: the body is still coming after more than anybody takes', async () => {
  await turn({ mode: 'giant' });
  const response = await ask('eth_chainId');
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > 40 * 1024 * 1024) break;
  }
  expect(bytes).toBeGreaterThan(40 * 1024 * 1024);
});

test('bomb: a thousand times as much as it looks', async () => {
  await turn({ mode: 'bomb' });
  const response = await ask('eth_chainId');
  expect(response.headers['content-encoding']).toBe('gzip');
  const packed = Buffer.from(await response.body.arrayBuffer());
  expect(gunzipSync(packed).length / packed.length).toBeGreaterThan(500);
});

test('wrong, on one path alone: the others are answered rightly', async () => {
  await turn({ mode: 'wrong', chainId: 5, path: '/elsewhere' });
  expect(await answer('eth_chainId', [], '/elsewhere')).toMatchObject({ result: '0x5' });
  expect(await answer('eth_chainId')).toMatchObject({ result: '0x539' });
});

test('counts the requests that met the present fault', async () => {
  const faults = createFaultSwitch(provider.controlUrl);
  await answer('eth_chainId');
  expect((await faults.stats()).spoilt).toBe(0);
  await turn({ mode: 'wrongId' });
  await answer('eth_chainId');
  expect((await faults.stats()).spoilt).toBe(1);
  await turn({ mode: 'status500' });
  expect((await faults.stats()).spoilt).toBe(0);
});
