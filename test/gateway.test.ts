import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FaultRequest } from '../scripts/devnet/fault.ts';
import { createFaultSwitch } from '../scripts/devnet/faultSwitch.ts';
import { startProviderNode } from '../scripts/devnet/providerNode.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { startTestGateway, type TestGateway } from './fixtures/gatewayClient.ts';
import { createHandSource } from './fixtures/handSource.ts';

const CHAIN_ID = 1337;
const NETWORK = { id: 'eip155:1337', slug: 'devnet' };
const PROVIDER_A = '0x00000000000000000000000000000000000000aA';
const PROVIDER_B = '0x00000000000000000000000000000000000000bB';
const RICH = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const REVERTS = '0x00000000000000000000000000000000000000ff';
// Reverts with one word, 42.
const REVERTING_CODE = '0x602a60005260206000fd';
// The first poll alone: then the user's call finds the fault, no poll before it.
const FIRST_POLL_ONLY = { pollIntervalMs: 600_000 };
const SETTLEMENT = {
  chainId: 31_337,
  rpc: ['http://127.0.0.1:1'],
  registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
};
const DEVELOPMENT = { allowPrivateEndpoints: true };

let node: Anvil;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  node = await startAnvil({ chainId: CHAIN_ID });
  await askNode('anvil_setCode', [REVERTS, REVERTING_CODE]);
});
afterAll(() => node.stop());
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function askNode(
  method: string,
  params: readonly unknown[],
): Promise<{ result?: unknown; error?: unknown }> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(node.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return (await response.json()) as { result?: unknown; error?: unknown };
}

/** A provider's endpoint before the real node, with its fault switch. */
async function endpoint() {
  const made = await startProviderNode({ nodeUrl: node.url, port: 0, controlPort: 0, exit: () => undefined });
  cleanups.push(() => made.close());
  const control = createFaultSwitch(made.controlUrl);
  const count = async (method: string) => (await control.stats()).calls[method] ?? 0;
  return {
    url: made.url,
    set: (fault: FaultRequest) => control.set(fault),
    count,
    close: () => made.close(),
  };
}

/** A server that answers as the test says. */
async function server(handler: RequestListener): Promise<string> {
  const made = createServer(handler);
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    made.closeAllConnections();
    return new Promise((resolve) => made.close(resolve));
  });
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

async function gateway(...args: Parameters<typeof startTestGateway>): Promise<TestGateway> {
  const made = await startTestGateway(...args);
  cleanups.push(() => made.close());
  return made;
}

/** One own upstream, and one provider of the network behind it. */
async function ownThenNetwork(ownUrl: string, config: { attemptTimeoutMs?: number } = {}) {
  const fallback = await endpoint();
  const source = createHandSource(CHAIN_ID, 'other');
  source.publish([{ provider: PROVIDER_A, url: fallback.url }]);
  const made = await gateway(
    {
      networks: [{ ...NETWORK, upstreams: [{ name: 'own', url: ownUrl }] }],
      settlement: SETTLEMENT,
      development: DEVELOPMENT,
      heads: FIRST_POLL_ONLY,
      routing: config,
    },
    source,
  );
  const states = async () => (await made.status()).networks[0]?.services.map(({ state }) => state);
  await expect.poll(states, { timeout: 20_000 }).toEqual(['eligible', 'eligible']);
  return { gateway: made, fallback, source };
}

describe('fail-over', () => {
  async function answersAnyway(made: TestGateway, asked: { count(method: string): Promise<number> }) {
    const before = await asked.count('eth_getBalance');
    const params = [RICH, 'latest'];
    const { result } = await askNode('eth_getBalance', params);
    expect(await made.call('devnet', 'eth_getBalance', params)).toEqual({ jsonrpc: '2.0', id: 1, result });
    expect(await asked.count('eth_getBalance')).toBe(before + 1);
    expect((await made.status()).totals).toMatchObject({ failed: 0, failovers: 1 });
  }

  test('a killed node', async () => {
    const doomed = await startAnvil({ chainId: CHAIN_ID });
    cleanups.push(() => doomed.stop());
    const { gateway: made, fallback } = await ownThenNetwork(doomed.url);
    await doomed.stop();
    await answersAnyway(made, fallback);
  });

  test.each<FaultRequest>([
    { mode: 'hang' },
    { mode: 'status500' },
    { mode: 'status429', retryAfterSeconds: 60 },
    { mode: 'html' },
    { mode: 'drop' },
  ])('a node with the fault $mode', async (fault) => {
    const faulty = await endpoint();
    const { gateway: made, fallback } = await ownThenNetwork(faulty.url, { attemptTimeoutMs: 200 });
    await faulty.set(fault);
    await answersAnyway(made, fallback);
    expect(await faulty.count('eth_getBalance')).toBe(1);
  });

  test.each([
    ['truncated JSON', (id: unknown) => `{"jsonrpc":"2.0","id":${id},"result":"0x`],
    ['another id', () => '{"jsonrpc":"2.0","id":"other","result":"0x0"}'],
    ['an empty body', () => ''],
    ['neither result nor error', (id: unknown) => `{"jsonrpc":"2.0","id":${id}}`],
  ])('a node that answers with %s', async (_, answer) => {
    let asked = 0;
    const url = await server((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const call = JSON.parse(Buffer.concat(chunks).toString()) as { id: unknown; method: string };
        const results: Record<string, string> = { eth_chainId: '0x539', eth_blockNumber: '0x0' };
        const result = results[call.method];
        response.setHeader('content-type', 'application/json');
        if (result !== undefined)
          return response.end(JSON.stringify({ jsonrpc: '2.0', id: call.id, result }));
        asked += 1;
        return response.end(answer(JSON.stringify(call.id)));
      });
    });
    const { gateway: made, fallback } = await ownThenNetwork(url);
    await answersAnyway(made, fallback);
    expect(asked).toBe(1);
  });

  test('returns the revert unchanged and asks no second provider', async () => {
    const own = await endpoint();
    const { gateway: made, fallback } = await ownThenNetwork(own.url);
    const params = [{ to: REVERTS }, 'latest'];
    const direct = await askNode('eth_call', params);
    expect(direct.error).toMatchObject({ code: 3, data: `0x${'2a'.padStart(64, '0')}` });
    expect(await made.call('devnet', 'eth_call', params)).toEqual(direct);
    expect([await own.count('eth_call'), await fallback.count('eth_call')]).toEqual([1, 0]);
    expect((await made.status()).totals).toMatchObject({ failed: 0, failovers: 0 });
  });

  test('own upstreams come before the network', async () => {
    const own = await endpoint();
    const { gateway: made, fallback } = await ownThenNetwork(own.url);
    const calls = Array.from({ length: 40 }, () => made.call('devnet', 'eth_getBalance', [RICH, 'latest']));
    for (const answer of await Promise.all(calls)) expect(answer).toHaveProperty('result');
    expect([await own.count('eth_getBalance'), await fallback.count('eth_getBalance')]).toEqual([40, 0]);
  });

  test('when every service fails the client learns it, without any URL', async () => {
    const own = await endpoint();
    const { gateway: made, fallback } = await ownThenNetwork(own.url);
    await Promise.all([own.set({ mode: 'status500' }), fallback.set({ mode: 'html' })]);
    const answer = await made.call('devnet', 'eth_getBalance', [RICH, 'latest']);
    expect(answer).toHaveProperty('error.code');
    expect(JSON.stringify(answer)).not.toContain('127.0.0.1');
    expect((await made.status()).totals.failed).toBe(1);
    expect(made.log.map((line) => JSON.parse(line).event)).toContain('call_failed');
  });

  test('a service that comes back is found by the polls', async () => {
    const [one, two] = [await endpoint(), await endpoint()];
    const upstreams = [
      { name: 'one', url: one.url },
      { name: 'two', url: two.url },
    ];
    const made = await gateway({ networks: [{ ...NETWORK, upstreams }], heads: { pollIntervalMs: 50 } });
    const states = async () => (await made.status()).networks[0]?.services.map(({ state }) => state);
    await expect.poll(states, { timeout: 20_000 }).toEqual(['eligible', 'eligible']);
    await one.set({ mode: 'status500' });
    await expect.poll(states, { timeout: 20_000 }).toEqual(['ineligible', 'eligible']);
    await one.set({ mode: 'none' });
    await expect.poll(states, { timeout: 20_000 }).toEqual(['eligible', 'eligible']);
    expect((await made.status()).totals.calls).toBe(0);
  });
});

describe('the provider set', () => {
  test('a provider that is no longer active leaves the routing at once, and one that joins serves', async () => {
    const [one, two] = [await endpoint(), await endpoint()];
    const [offerOne, offerTwo] = [
      { provider: PROVIDER_A, url: one.url },
      { provider: PROVIDER_B, url: two.url },
    ] as const;
    const source = createHandSource(CHAIN_ID, 'devnet');
    source.publish([offerOne, offerTwo]);
    const made = await gateway({ settlement: SETTLEMENT, development: DEVELOPMENT }, source);
    await made.ready();
    const services = async () => (await made.status()).networks[0]?.services.map(({ provider }) => provider);
    const callMany = async () => {
      const calls = Array.from({ length: 30 }, () => made.call('devnet', 'eth_getBalance', [RICH, 'latest']));
      for (const answer of await Promise.all(calls)) expect(answer).toHaveProperty('result');
    };
    source.publish([offerTwo]);
    expect(await services()).toEqual([PROVIDER_B]);
    await callMany();
    expect([await one.count('eth_getBalance'), await two.count('eth_getBalance')]).toEqual([0, 30]);
    source.publish([offerOne]);
    await callMany();
    expect([await one.count('eth_getBalance'), await two.count('eth_getBalance')]).toEqual([30, 30]);
    source.publish([]);
    expect(await made.call('devnet', 'eth_chainId')).toHaveProperty('error');
  });

  test("a stranger's private address is never called, unless developing", async () => {
    const offered = await endpoint();
    const source = createHandSource(CHAIN_ID, 'devnet');
    source.publish([{ provider: PROVIDER_A, url: offered.url }]);
    const made = await gateway({ settlement: SETTLEMENT }, source);
    expect(await made.call('devnet', 'eth_getBalance', [RICH, 'latest'])).toHaveProperty('error');
    expect(await offered.count('eth_getBalance')).toBe(0);
    expect(await offered.count('eth_blockNumber')).toBe(0);
    expect((await made.readyz()).reasons).toEqual(['no eligible service']);
  });

  test("nothing of a stranger's URL reaches the log, the status or the metrics", async () => {
    const offered = await endpoint();
    const source = createHandSource(CHAIN_ID, 'devnet');
    source.publish([{ provider: PROVIDER_A, url: `${offered.url}/hunter2?<script>` }]);
    const made = await gateway({ settlement: SETTLEMENT, development: DEVELOPMENT }, source);
    await made.ready();
    await offered.set({ mode: 'html' });
    await made.call('devnet', 'eth_getBalance', [RICH, 'latest']);
    const metrics = await (await fetch(`${made.url}/metrics`)).text();
    for (const text of [made.log.join(''), JSON.stringify(await made.status()), metrics]) {
      expect(text).not.toMatch(/hunter2|script|It works/);
    }
  });

  test('/readyz waits for the set and an eligible service, and says so while it drains', async () => {
    const offered = await endpoint();
    const source = createHandSource(CHAIN_ID, 'devnet');
    const made = await gateway(
      {
        settlement: SETTLEMENT,
        development: DEVELOPMENT,
        heads: { pollIntervalMs: 50 },
        shutdown: { delayMs: 2_000 },
      },
      source,
    );
    const none = ['provider set not loaded', 'no eligible service'];
    expect(await made.readyz()).toMatchObject({ status: 503, reasons: none });
    source.publish([]);
    expect(await made.readyz()).toMatchObject({ status: 503, reasons: ['no eligible service'] });
    source.publish([{ provider: PROVIDER_A, url: offered.url }]);
    await made.ready();
    const closed = made.close();
    expect(await made.readyz()).toMatchObject({ status: 503, reasons: ['draining'] });
    expect(await made.call('devnet', 'eth_chainId')).toMatchObject({ result: '0x539' });
    await closed;
    await expect(made.readyz()).rejects.toThrow();
  });
});

describe('operators', () => {
  test('/status and /metrics show each service, under labels of ours', async () => {
    const own = await endpoint();
    const { gateway: made } = await ownThenNetwork(own.url);
    await made.call('devnet', 'eth_chainId');
    const status = await made.status();
    expect(status).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      draining: false,
      settlement: {
        chainId: 31_337,
        block: 1,
        blockTimestamp: 1_700_000_000,
        state: 'live',
        lastError: null,
        successor: null,
      },
      totals: { calls: 1, failed: 0, failovers: 0 },
    });
    expect(status.networks).toEqual([
      {
        caip2: 'eip155:1337',
        slug: 'devnet',
        head: 0,
        services: [
          expect.objectContaining({
            label: 'own',
            tier: 'own',
            provider: null,
            state: 'eligible',
            reason: null,
          }),
          expect.objectContaining({ label: '0x0000…00aA', tier: 'network', provider: PROVIDER_A, head: 0 }),
        ],
      },
    ]);
    const metrics = await (await fetch(`${made.url}/metrics`)).text();
    expect(metrics).toContain('din_calls_total{network="devnet",result="result"} 1');
    expect(metrics).toContain('din_attempts_total{network="devnet",service="own",class="ok",reason="ok"} 1');
    expect(metrics).toContain('din_service_eligible{network="devnet",service="0x0000…00aA"} 1');
    expect(metrics).toContain('din_provider_set_block 1');
  });

  test('metrics may have a port of their own, and then no other', async () => {
    const made = await gateway({
      networks: [{ ...NETWORK, upstreams: [{ name: 'own', url: node.url }] }],
      metrics: { listen: '127.0.0.1:0' },
    });
    expect((await fetch(`${made.url}/metrics`)).status).toBe(404);
    expect(await (await fetch(`${made.metricsUrl}/metrics`)).text()).toContain('din_calls_total');
    expect((await fetch(`${made.metricsUrl}/status`)).status).toBe(404);
  });

  test('a port in use is a clear error', async () => {
    const networks = [{ ...NETWORK, upstreams: [{ name: 'own', url: node.url }] }];
    const first = await gateway({ networks });
    await expect(startTestGateway({ networks, listen: `127.0.0.1:${first.port}` })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(String(first.port)),
    });
  });

  test('closing answers the calls in flight first', async () => {
    const own = await endpoint();
    const made = await gateway({ networks: [{ ...NETWORK, upstreams: [{ name: 'own', url: own.url }] }] });
    await made.ready();
    await own.set({ mode: 'slow', delayMs: 700 });
    const pending = made.call('devnet', 'eth_getBalance', [RICH, 'latest']);
    await expect.poll(() => own.count('eth_getBalance')).toBe(1);
    const closed = made.close();
    expect(await pending).toHaveProperty('result');
    await closed;
    await expect(made.readyz()).rejects.toThrow();
  });

  test('closing does not wait for ever', async () => {
    const own = await endpoint();
    const made = await gateway({
      networks: [{ ...NETWORK, upstreams: [{ name: 'own', url: own.url }] }],
      routing: { deadlineMs: 600_000, attemptTimeoutMs: 600_000 },
      shutdown: { timeoutMs: 100 },
    });
    await made.ready();
    await own.set({ mode: 'hang' });
    const pending = made.call('devnet', 'eth_getBalance', [RICH, 'latest']).catch(() => 'cut off');
    await expect.poll(() => own.count('eth_getBalance')).toBe(1);
    await made.close();
    expect(await pending).toBe('cut off');
  });
});
