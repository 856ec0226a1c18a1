import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Caip2 } from '../router/core/caip2.ts';
import { capabilityBits } from '../router/core/capability.ts';
import { systemClock } from '../router/core/clock.ts';
import { NULL_ID } from '../router/core/jsonRpc.ts';
import { encodeJson } from '../router/core/rawJson.ts';
import { seconds } from '../router/core/units.ts';
import { createNetworkRouter, type RouteService } from '../router/gateway/networkRouter.ts';
import { RETEST_MS } from '../router/routing/learntLimit.ts';
import { DEFAULT_ROUTING } from '../router/routing/settings.ts';
import { createUpstreamClient } from '../router/upstream/upstreamClient.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { type FaultyEndpoint, honest, type RpcCall, startFaultyEndpoint } from './fixtures/faultyEndpoint.ts';
import { startGatewayProcess } from './fixtures/gatewayProcess.ts';
import { createTestClock } from './fixtures/testClock.ts';

const CHAIN_ID = 1337;
const HEAD = 600;
const RICH = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const WAIT = { timeout: 60_000, interval: 20 };

let node: Anvil;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  node = await startAnvil({ chainId: CHAIN_ID });
  await ask(node.url, 'anvil_mine', [`0x${HEAD.toString(16)}`]);
});
afterAll(() => node.stop());
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function ask(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return ((await response.json()) as { result?: unknown }).result;
}

async function endpoint(): Promise<FaultyEndpoint> {
  const made = await startFaultyEndpoint(node.url);
  cleanups.push(() => made.die());
  return made;
}

/** The operator's own node before one of the network's, both of the real chain, and time as the test wants it. */
async function network() {
  const [mine, theirs] = [await endpoint(), await endpoint()];
  const upstream = createUpstreamClient({ clock: systemClock });
  cleanups.push(() => upstream.close());
  const clock = createTestClock();
  const router = createNetworkRouter({
    ...{ caip2: `eip155:${CHAIN_ID}` as Caip2, slug: 'devnet', upstream, clock, random: Math.random },
    settings: DEFAULT_ROUTING,
  });
  const services = Object.entries({ own: mine, network: theirs }).map(
    ([tier, { url }]): RouteService => ({
      ...{ key: tier, label: tier, tier: tier as 'own' | 'network', weight: 1 },
      target: { url, allowPrivate: true },
      capabilities: capabilityBits(['full', 'archive', 'trace']),
    }),
  );
  const offer = (list: readonly RouteService[]) => {
    router.setServices(list);
    for (const { key } of list) router.reportHead(key, { ok: true, number: HEAD, chainIdOk: true });
  };
  offer(services);
  const call = async (method: string, params: readonly unknown[]) => {
    const before = [mine.asked.length, theirs.asked.length];
    const asked = { id: NULL_ID, method, params: encodeJson(params) };
    const answer = await router.forward(asked, { deadlineMs: seconds(20) });
    return {
      result: answer.kind === 'result' ? JSON.parse(answer.result) : answer.error,
      visits: [mine.asked.length - (before[0] ?? 0), theirs.asked.length - (before[1] ?? 0)],
    };
  };
  return { mine, clock, services, offer, call };
}

const refuses = (method: string, code: number, message: string) => (call: RpcCall) =>
  call.method === method ? ({ kind: 'error', code, message } as const) : ({ kind: 'pass' } as const);

describe('what a service was learnt not to be able to do', () => {
  test.each([
    ['old state', 'eth_getBalance', [RICH, '0x7'], -32_000, 'missing trie node 0fca…23 (path )'],
    ['a method', 'trace_block', ['0x7'], -32_601, 'the method trace_block does not exist/is not available'],
    [
      'a long query for logs',
      'eth_getLogs',
      [{ fromBlock: '0x1', toBlock: '0x1f4' }],
      -32_000,
      'eth_getLogs range is too large, max is 100 blocks',
    ],
  ])(
    'is asked of the others first, and tried again in time: %s',
    async (_name, method, params, code, message) => {
      const { mine, clock, services, offer, call } = await network();
      const result = await ask(node.url, method, params);
      expect(result).toBeDefined();

      expect(await call(method, params)).toEqual({ result, visits: [1, 0] });
      mine.behave(refuses(method, code, message));
      expect(await call(method, params)).toEqual({ result, visits: [1, 1] });
      expect(await call(method, params)).toEqual({ result, visits: [0, 1] });

      // For all else its own place is the first, as before.
      expect((await call('eth_blockNumber', [])).visits).toEqual([1, 0]);
      // The same URLs: nothing is forgotten.
      offer(services.map((service) => ({ ...service, weight: 2 })));
      expect(await call(method, params)).toEqual({ result, visits: [0, 1] });

      clock.skip(RETEST_MS);
      expect(await call(method, params)).toEqual({ result, visits: [1, 1] });
      mine.behave(honest);
      expect(await call(method, params)).toEqual({ result, visits: [0, 1] });
      clock.skip(RETEST_MS);
      expect(await call(method, params)).toEqual({ result, visits: [1, 0] });
      expect(await call(method, params)).toEqual({ result, visits: [1, 0] });
    },
  );
});

test('what the first process finds by its probes is known to all workers before any user asks', async () => {
  const [pruned, archive] = [await endpoint(), await endpoint()];
  /** Of the calls to the pruned node, the blocks of those for a balance. */
  const blocks: unknown[] = [];
  pruned.behave((call) => {
    if (call.method !== 'eth_getBalance') return { kind: 'pass' };
    blocks.push(call.params[1]);
    return { kind: 'error', code: -32_000, message: 'required historical state unavailable (reexec=128)' };
  });
  const gateway = await startGatewayProcess({
    workers: 2,
    networks: [
      {
        id: `eip155:${CHAIN_ID}`,
        slug: 'devnet',
        upstreams: [
          { name: 'pruned', url: pruned.url, capabilities: ['full', 'archive'] },
          { name: 'archive', url: archive.url },
        ],
      },
    ],
    heads: { pollIntervalMs: 50 },
  });
  cleanups.push(gateway.stop);
  await gateway.ready();
  await vi.waitFor(async () => {
    const services = (await gateway.status()).networks[0]?.services ?? [];
    expect(services.map(({ label, abilities }) => [label, abilities.shown, abilities.lacks])).toEqual([
      ['pruned', [], ['archive']],
      ['archive', ['archive'], []],
    ]);
  }, WAIT);
  const result = await ask(node.url, 'eth_getBalance', [RICH, '0x7']);
  const probes = blocks.length;
  await vi.waitFor(async () => {
    const before = blocks.length;
    for (let calls = 0; calls < 10; calls += 1) {
      expect(await ask(`${gateway.url}/devnet`, 'eth_getBalance', [RICH, '0x7'])).toBe(result);
    }
    // The news comes to the workers a moment after the page knows it.
    expect(blocks.length).toBe(before);
  }, WAIT);
  expect(blocks.slice(0, probes)).toEqual(Array.from({ length: probes }, () => '0x1'));
}, 120_000);
