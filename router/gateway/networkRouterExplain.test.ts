import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../core/clock.ts';
import type { RawJson } from '../core/rawJson.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import { body, type RpcServer, result, rpcError, startRpcServer } from '../upstream/rpcServer.fixture.ts';
import { createUpstreamClient } from '../upstream/upstreamClient.ts';
import { call, DEADLINE, handClock, polledRouter, service, viewOf } from './networkRouter.fixture.ts';
import type { NetworkRouter, RouteService } from './networkRouter.ts';
import { routePage } from './routePage.ts';

let upstream: UpstreamClient;
let server: RpcServer;
let router: NetworkRouter;
let advance: (by: number) => void;

beforeEach(async () => {
  upstream = createUpstreamClient({ clock: systemClock });
  server = await startRpcServer(result('ok'));
});
afterEach(async () => {
  await upstream.close();
  await server.close();
});

/** Long after they came: nobody starts slowly any more. */
function route(...services: readonly RouteService[]) {
  const hand = handClock();
  advance = hand.advance;
  router = polledRouter(services, { upstream, clock: hand.clock });
  advance(60_000);
}

const asked = (method: string, params?: string, session?: string) =>
  router.explain({ method, params: params as RawJson | undefined, session });
const order = (method = 'eth_call') => asked(method).services.map(({ label }) => label);
const found = (label: string, method = 'eth_call', params?: string) =>
  asked(method, params).services.find((each) => each.label === label);

describe('explain', () => {
  it('tells how a method is treated and what it needs', () => {
    route(service('a', server.url));
    expect(asked('eth_call', '[{},"0x50"]')).toMatchObject({
      ...{ caip2: 'eip155:1', slug: 'ethereum', head: 100, method: 'eth_call', kind: 'read', block: 80 },
      ...{ capabilities: ['full'], isMirrored: true, fanout: 1, hedgeShare: 0.1, maxAttempts: 16 },
    });
    expect(asked('debug_traceBlockByNumber', '["0x51",{}]')).toMatchObject({
      ...{ kind: 'read', block: 81, isMirrored: false },
      capabilities: expect.arrayContaining(['debug']),
    });
    expect(asked('eth_sendRawTransaction')).toMatchObject({ kind: 'send', fanout: 3, hedgeShare: 0 });
    expect(asked('personal_sign')).toMatchObject({ kind: 'once', isMirrored: false, fanout: 1 });
  });

  it('tells of a query for logs how long it is, and how long it may be at once', async () => {
    route(service('a', server.url));
    const params = '[{"fromBlock":"0x1","toBlock":"0x50"}]';
    expect(asked('eth_getLogs', params)).toMatchObject({ logs: { blocks: 80, limit: undefined } });
    expect(asked('eth_call', params).logs).toBeUndefined();
    server.behave(
      rpcError({ code: -32600, message: 'You can make eth_getLogs requests with up to a 10 block range.' }),
    );
    await router.forward(call('eth_getLogs', params), DEADLINE);
    expect(asked('eth_getLogs', params)).toMatchObject({ logs: { blocks: 80, limit: 10 } });
    expect(found('a', 'eth_getLogs', params)).toMatchObject({
      reason: 'lacks-capability',
      text: { because: 'it refuses queries for logs of 80 blocks' },
    });
  });

  it('has own nodes first, those who can by their speed, then the rest with its reasons', async () => {
    const own = { tier: 'own' } as const;
    route(
      service('network', server.url),
      service('own', server.url, own),
      service('traces', server.url, { ...own, capabilities: 5 }),
    );
    expect(order().slice(2)).toEqual(['network']);
    expect(found('network')).toMatchObject({ turn: 'eligible', share: 0, tierShare: 1 });
    expect(order('trace_block')[0]).toBe('traces');
    expect(found('own', 'trace_block')).toMatchObject({
      turn: 'last-resort',
      reason: 'undeclared',
      share: 0,
      text: { because: expect.stringContaining('trace') },
    });
    expect(found('traces', 'trace_block')).toMatchObject({ share: 1, reason: undefined });
    // The call names a block that nobody has yet.
    expect(found('own', 'eth_call', '[{},"0x69"]')).toMatchObject({ reason: 'behind-block' });
  });

  it('shows what a call leaves behind: latency, a failure, an open breaker', async () => {
    route(service('a', server.url));
    server.behave(body('', 500));
    for (let calls = 0; calls < 5; calls += 1) await router.forward(call(), DEADLINE);
    const failing = found('a');
    expect(failing).toMatchObject({ turn: 'last-resort', reason: 'breaker-open', share: 1, inFlight: 0 });
    expect(failing?.expectedMs).toBeGreaterThanOrEqual(1_000);
    expect(viewOf(router, 'a')).toMatchObject({
      reason: 'breaker-open',
      because: 'it failed too often; no trial for 1 s',
    });
  });

  it('shows the slow start of one that has come, and its full weight after it', () => {
    route(service('a', server.url, { weight: 2 }));
    router.setServices([service('a', server.url, { weight: 2 }), service('b', server.url, { weight: 2 })]);
    router.reportHead('b', { ok: true, number: 100, chainIdOk: true });
    expect(found('b')).toMatchObject({ weight: 0.2, slowStart: 0.1 });
    advance(15_000);
    expect(found('b')).toMatchObject({ weight: 2, slowStart: 1 });
  });

  it('costs one that is behind more for calls about the newest block alone', () => {
    route(service('a', server.url), service('b', server.url));
    router.reportHead('a', { ok: true, number: 101, chainIdOk: true });
    router.reportHead('b', { ok: true, number: 101, chainIdOk: true });
    router.reportHead('a', { ok: true, number: 106, chainIdOk: true });
    router.reportHead('b', { ok: true, number: 102, chainIdOk: true });
    const behind = found('b')?.lagFactor ?? 0;
    expect(behind).toBeGreaterThan(1);
    expect(found('b')?.cost).toBeCloseTo(behind, 9);
    expect(found('b', 'eth_call', '[{},"0x50"]')?.lagFactor).toBe(1);
  });

  it('has the session where its calls go, and then where they go when that one fails', async () => {
    const ports = await Promise.all(['a', 'b', 'c', 'd'].map((name) => startRpcServer(result(name))));
    route(...ports.map(({ url }, i) => service('abcd'[i] ?? '', url)));
    for (const session of ['s1', 's2', 's3', 's4', 's5']) {
      const turns = asked('eth_call', '[]', session).services;
      expect(turns.map(({ share }) => share)).toEqual([1, 0, 0, 0]);
      expect(asked('eth_call', '[]', session).hedgeShare).toBe(0);
      for (const { label } of turns) {
        const answer = await router.forward(call(), { ...DEADLINE, session });
        expect(answer).toMatchObject({ result: `"${label}"` });
        // It leaves: the next one has the session.
        router.reportHead(label, { ok: true, number: 100, chainIdOk: false });
      }
      for (const { label } of turns) router.reportHead(label, { ok: true, number: 100, chainIdOk: true });
    }
    const page = routePage(asked('eth_call', '[]', 's1'), false);
    expect(page.sessionAt).toBe(page.ranking[0]?.label);
    expect(routePage(asked('eth_call'), false).sessionAt).toBeNull();
    await Promise.all(ports.map((port) => port.close()));
  });

  it('changes nothing', () => {
    route(service('a', server.url), service('b', server.url));
    const before = JSON.stringify(router.services());
    for (let looks = 0; looks < 50; looks += 1) asked('eth_call', '[]', `s${looks}`);
    expect(JSON.stringify(router.services())).toBe(before);
    expect(server.requests).toHaveLength(0);
  });

  it('passes as JSON and shows no address', () => {
    route(service('a', server.url), service('b', server.url));
    const explanation = asked('eth_call', '[]', 's');
    const text = JSON.stringify(explanation);
    expect(routePage(JSON.parse(text), true)).toEqual(routePage(explanation, true));
    expect(text + JSON.stringify(routePage(explanation, true))).not.toMatch(/http|127\.0/);
  });
});
