import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capabilityBits } from '../core/capability.ts';
import { systemClock } from '../core/clock.ts';
import { RETEST_MS } from '../routing/learntLimit.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import {
  type Behaviour,
  type RpcServer,
  reset,
  result,
  rpcError,
  startRpcServer,
} from '../upstream/rpcServer.fixture.ts';
import { createUpstreamClient } from '../upstream/upstreamClient.ts';
import { call, DEADLINE, handClock, polledRouter, service } from './networkRouter.fixture.ts';
import type { NetworkRouter, RouteService } from './networkRouter.ts';

const HEAD = 10_000;
const OLD = ['eth_getBalance', '["0x0000000000000000000000000000000000000000","0x10"]'] as const;
const pruned = rpcError({ code: -32000, message: 'missing trie node abc (path )' });
const noMethod = rpcError({ code: -32601, message: 'the method does not exist/is not available' });
const tooWide = rpcError({ code: -32000, message: 'block range is too wide' });

let upstream: UpstreamClient;
let servers: Record<string, RpcServer>;
let hand: ReturnType<typeof handClock>;

beforeEach(() => {
  upstream = createUpstreamClient({ clock: systemClock });
  servers = {};
  hand = handClock();
});

afterEach(async () => {
  await upstream.close();
  await Promise.all(Object.values(servers).map((server) => server.close()));
});

/** Real nodes that answer as told, all at the same block. */
async function network(nodes: Record<string, Behaviour>, more: Record<string, Partial<RouteService>> = {}) {
  for (const [name, behaviour] of Object.entries(nodes)) servers[name] = await startRpcServer(behaviour);
  const services = Object.entries(servers).map(([name, { url }]) => service(name, url, more[name]));
  const router = polledRouter(services, { upstream, clock: hand.clock });
  poll(router);
  return { router, services };
}

function poll(router: NetworkRouter) {
  for (const key of Object.keys(servers)) router.reportHead(key, { ok: true, number: HEAD, chainIdOk: true });
}

async function ask(router: NetworkRouter, method: string, params: string) {
  const answer = await router.forward(call(method, params), DEADLINE);
  const way = answer.attempts.map((attempt) => attempt.service).join(' ');
  return `${answer.kind} by ${way}`;
}

const logs = (blocks: number) =>
  [
    'eth_getLogs',
    JSON.stringify([
      { fromBlock: `0x${(HEAD - blocks + 1).toString(16)}`, toBlock: `0x${HEAD.toString(16)}` },
    ]),
  ] as const;

const ARCHIVE = capabilityBits(['full', 'archive']);
const ALL = capabilityBits(['full', 'archive', 'debug']);
const TRACE = capabilityBits(['full', 'trace']);
const BALANCE_NOW = ['eth_getBalance', '["0x0000000000000000000000000000000000000000","latest"]'] as const;

describe('a call for what not every node can', () => {
  it('goes to one who refused it after the others, and is tried there again when the time has come', async () => {
    const { router, services } = await network(
      { mine: pruned, theirs: result('0x1') },
      { mine: { tier: 'own', capabilities: ARCHIVE }, theirs: { capabilities: ARCHIVE } },
    );
    expect(await ask(router, ...OLD)).toBe('result by mine theirs');
    expect(await ask(router, ...OLD)).toBe('result by theirs');
    // Nothing is forgotten by a new list.
    router.setServices(services.map((each) => ({ ...each, weight: 2 })));
    expect(await ask(router, ...OLD)).toBe('result by theirs');
    servers.mine?.behave(result('0x2'));
    // For all else it is as good as before.
    expect(await ask(router, ...BALANCE_NOW)).toBe('result by mine');
    expect(await ask(router, ...OLD)).toBe('result by theirs');
    hand.advance(RETEST_MS);
    expect(await ask(router, ...OLD)).toBe('result by mine');
    expect(await ask(router, ...OLD)).toBe('result by mine');
  });

  it('goes to one who declares it before those of whom nobody knows, and of these to all before it fails', async () => {
    const { router } = await network(
      { a: pruned, b: pruned, c: result('0x1'), d: result('0x2') },
      { a: { tier: 'own' }, d: { capabilities: ARCHIVE } },
    );
    expect(await ask(router, ...OLD)).toBe('result by d');
    servers.d?.behave(pruned);
    expect(await ask(router, ...OLD)).toMatch(/^result by d (a |b )*c$/);
    // It has shown the state: declared or not, it is an archive as far as that.
    expect(await ask(router, ...OLD)).toBe('result by c');
  });

  it('is never refused because nobody declares it', async () => {
    const { router } = await network({ a: noMethod, b: noMethod, c: result([]) });
    expect(await ask(router, 'trace_block', '["0x1"]')).toMatch(/^result by .*c$/);
    expect(await ask(router, 'trace_block', '["0x2"]')).toBe('result by c');
    servers.c?.behave(noMethod);
    expect(await ask(router, 'trace_block', '["0x3"]')).toMatch(/^error by c (a b|b a)$/);
  });

  it('is not refused in the words of those who lack it when one who has it failed otherwise', async () => {
    const { router } = await network({ a: pruned, b: pruned, d: reset }, { d: { capabilities: ARCHIVE } });
    const answer = await router.forward(call(...OLD), DEADLINE);
    expect(answer).toMatchObject({ kind: 'error', error: expect.stringContaining('all 3 services') });
    expect(answer).toMatchObject({ error: expect.not.stringContaining('trie') });
    // One who never had it says nothing by failing.
    servers.d?.behave(pruned);
    servers.a?.behave(reset);
    expect(await router.forward(call(...OLD), DEADLINE)).toMatchObject({
      kind: 'error',
      error: expect.stringContaining('missing trie node'),
    });
  });

  it('is refused in the words of a node, after a bounded number of attempts', async () => {
    const nodes = Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`n${i}`, noMethod]));
    const { router } = await network(nodes);
    const answer = await router.forward(call('trace_block', '["0x1"]'), DEADLINE);
    expect(answer).toMatchObject({ kind: 'error', error: expect.stringContaining('does not exist') });
    expect(answer.attempts).toHaveLength(8);
  });

  it('is asked of those that were found to lack it, too, when those who had it do not have it any more', async () => {
    const { router } = await network(
      { a: noMethod, b: result([]), c: noMethod },
      { a: { capabilities: TRACE }, b: { capabilities: TRACE }, c: { capabilities: TRACE } },
    );
    for (let calls = 0; calls < 8; calls += 1) await ask(router, 'trace_block', '["0x1"]');
    expect(await ask(router, 'trace_block', '["0x1"]')).toBe('result by b');
    servers.b?.behave(noMethod);
    servers.a?.behave(result([]));
    expect(await ask(router, 'trace_block', '["0x1"]')).toMatch(/^result by b (c )?a$/);
  });
});

describe('a single method that a node does not offer', () => {
  const receipts = ['eth_getBlockReceipts', '["0x2700"]'] as const;

  it('is asked of the others first, and of that node when the time has come', async () => {
    const { router } = await network({ mine: noMethod, theirs: result([]) }, { mine: { tier: 'own' } });
    expect(await ask(router, ...receipts)).toBe('result by mine theirs');
    expect(await ask(router, ...receipts)).toBe('result by theirs');
    hand.advance(RETEST_MS);
    expect(await ask(router, ...receipts)).toBe('result by mine theirs');
  });

  it('is not remembered when nobody offers it: it may be none', async () => {
    const { router } = await network({ mine: noMethod, theirs: noMethod }, { mine: { tier: 'own' } });
    for (let calls = 0; calls < 3; calls += 1) {
      expect(await ask(router, `eth_junk${calls}`, '[]')).toBe('error by mine theirs');
      expect(await ask(router, 'eth_junk', '[]')).toBe('error by mine theirs');
    }
  });
});

describe('a state that a node does not have', () => {
  const noState = rpcError({ code: -32000, message: 'missing trie node 1f (path )' });

  it.each([
    ['the newest', 'eth_call', '[{},"latest"]'],
    ['of a transaction', 'debug_traceTransaction', `["0x${'ab'.repeat(32)}"]`],
    ['of some blocks ago', 'eth_call', '[{},"0x26f0"]'],
  ])('is asked of the others first: %s', async (_name, method, params) => {
    const { router } = await network(
      { mine: noState, theirs: result('0x') },
      { mine: { tier: 'own', capabilities: ALL }, theirs: { capabilities: ALL } },
    );
    expect(await ask(router, method, params)).toBe('result by mine theirs');
    expect(await ask(router, method, params)).toBe('result by theirs');
    hand.advance(RETEST_MS);
    expect(await ask(router, method, params)).toBe('result by mine theirs');
  });

  it.each([
    ['a block that a caller may have made up', 'eth_call', `[{},{"blockHash":"0x${'ab'.repeat(32)}"}]`],
    ['a block that a node may not have yet', 'eth_call', `[{},"0x${HEAD.toString(16)}"]`],
  ])('is nothing to remember: %s', async (_name, method, params) => {
    const { router } = await network({ mine: noState, theirs: result('0x') }, { mine: { tier: 'own' } });
    for (let calls = 0; calls < 3; calls += 1) {
      expect(await ask(router, method, params)).toBe('result by mine theirs');
    }
  });
});

describe('a query for logs', () => {
  it('that goes beyond the head says nothing about the longest one', async () => {
    const beyond = rpcError({ code: -32000, message: 'block range extends beyond current head block' });
    const { router } = await network({ a: beyond });
    const filter = JSON.stringify([{ fromBlock: '0x2700', toBlock: `0x${(HEAD + 1_000).toString(16)}` }]);
    expect(await ask(router, 'eth_getLogs', filter)).toBe('error by a');
    expect(router.logBlocks()).toBeUndefined();
  });

  it('goes to those first whose limit admits it', async () => {
    const { router } = await network({ mine: tooWide, theirs: result([]) }, { mine: { tier: 'own' } });
    expect(await ask(router, ...logs(5_000))).toBe('result by mine theirs');
    expect(await ask(router, ...logs(5_000))).toBe('result by theirs');
    expect(await ask(router, ...logs(9_000))).toBe('result by theirs');
    servers.mine?.behave(result([]));
    expect(await ask(router, ...logs(4_999))).toBe('result by mine');
    hand.advance(RETEST_MS);
    expect(await ask(router, ...logs(5_000))).toBe('result by mine');
  });

  it('has a limit as soon as every service has one, the largest of theirs', async () => {
    const { router } = await network({
      a: rpcError({ code: -32602, message: 'eth_getLogs is limited to a 1,000 range' }),
      b: tooWide,
    });
    expect(router.logBlocks()).toBeUndefined();
    expect(await ask(router, ...logs(5_000))).toMatch(/^error by (a b|b a)$/);
    expect(router.logBlocks()).toBe(2_500);
    // One that does not serve counts for nothing.
    router.reportHead('b', { ok: true, number: HEAD, chainIdOk: false });
    expect(router.logBlocks()).toBe(1_000);
    hand.advance(RETEST_MS);
    expect(router.logBlocks()).toBeUndefined();
  });

  it('has no limit on its blocks when too much was found', async () => {
    const { router } = await network({
      a: rpcError({ code: -32005, message: 'query returned more than 10000 results' }),
    });
    expect(await ask(router, ...logs(5_000))).toBe('error by a');
    expect(router.logBlocks()).toBeUndefined();
  });
});
