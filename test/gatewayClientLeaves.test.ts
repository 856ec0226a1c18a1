import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { startTestGateway } from './fixtures/gatewayClient.ts';

const WAIT = { timeout: 20_000 };
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A node that answers polls, and keeps all other calls for the test to answer or to see broken off. */
async function silentNode() {
  const open = new Map<string, ServerResponse>();
  const brokenOff: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const { id, method } = JSON.parse(text) as { id: number; method: string };
      const result = { eth_chainId: '0x539', eth_blockNumber: '0x1' }[method];
      if (result !== undefined) return response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
      response.on('close', () => response.writableEnded || brokenOff.push(method));
      return open.set(method, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, open, brokenOff };
}

async function start() {
  const node = await silentNode();
  const gateway = await startTestGateway({
    networks: [{ id: 'eip155:1337', slug: 'devnet', upstreams: [{ name: 'own', url: node.url }] }],
    routing: { deadlineMs: 600_000, attemptTimeoutMs: 600_000 },
    shutdown: { timeoutMs: 100 },
  });
  cleanups.push(() => gateway.close());
  await gateway.ready();
  const callAndLeave = async (body: string, called: string) => {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`POST /devnet HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await expect.poll(() => node.open.has(called), WAIT).toBe(true);
    socket.destroy();
  };
  const metrics = async () => (await fetch(`${gateway.url}/metrics`)).text();
  return { node, gateway, callAndLeave, metrics };
}

const call = (method: string, params = '[]') =>
  `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`;

test('a read whose client has left is broken off at the service, and nobody is blamed', async () => {
  const { node, gateway, callAndLeave, metrics } = await start();
  await callAndLeave(call('eth_getBalance'), 'eth_getBalance');
  await expect.poll(() => node.brokenOff, WAIT).toEqual(['eth_getBalance']);
  await expect.poll(metrics, WAIT).toContain('din_calls_total{network="devnet",result="gone"} 1');
  const status = await gateway.status();
  expect(status.totals.failed).toBe(0);
  expect(status.networks[0]?.services[0]).toMatchObject({ state: 'eligible', failures: 0, inFlight: 0 });
});

test('all calls of a batch are', async () => {
  const { node, callAndLeave } = await start();
  await callAndLeave(`[${call('eth_getBalance')},${call('eth_getCode')}]`, 'eth_getCode');
  await expect.poll(() => node.brokenOff.toSorted(), WAIT).toEqual(['eth_getBalance', 'eth_getCode']);
});

test.each(['eth_sendRawTransaction', 'eth_sendTransaction'])('%s goes on', async (method) => {
  const { node, callAndLeave, metrics } = await start();
  await callAndLeave(`[${call(method, '["0x00"]')},${call('eth_getBalance')}]`, method);
  await expect.poll(() => node.brokenOff, WAIT).toEqual(['eth_getBalance']);
  node.open.get(method)?.end('{"jsonrpc":"2.0","id":null,"error":{"code":3,"message":"execution reverted"}}');
  await expect.poll(metrics, WAIT).toContain('din_calls_total{network="devnet",result="error"} 1');
  expect(node.brokenOff).toEqual(['eth_getBalance']);
});

test('a client that leaves in the middle of its body breaks nothing', async () => {
  const { gateway, node } = await start();
  const socket = connect(gateway.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) =>
    socket.write('POST /devnet HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{"json', () => resolve()),
  );
  socket.destroy();
  const answer = gateway.call('devnet', 'eth_getBalance');
  await expect.poll(() => node.open.has('eth_getBalance'), WAIT).toBe(true);
  node.open.get('eth_getBalance')?.end('{"jsonrpc":"2.0","id":null,"error":{"code":3,"message":"reverted"}}');
  expect(await answer).toMatchObject({ error: { code: 3 } });
});
