import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { type Capability, capabilityBits } from '../core/capability.ts';
import { systemClock } from '../core/clock.ts';
import { encodeJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import { DEFAULT_ROUTING } from '../routing/settings.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import {
  type Behaviour,
  body,
  hang,
  type RpcServer,
  reset,
  result,
  rpcError,
  startRpcServer,
} from '../upstream/rpcServer.fixture.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import { createUpstreamClient } from '../upstream/upstreamClient.ts';
import {
  call,
  DEADLINE,
  handClock,
  polledRouter,
  type RouterOptions,
  service,
  viewOf,
} from './networkRouter.fixture.ts';
import { createNetworkRouter, type RouterHooks, type RouteService } from './networkRouter.ts';

let upstream: UpstreamClient;
let servers: RpcServer[];

beforeEach(() => {
  upstream = createUpstreamClient({ clock: systemClock });
  servers = [];
});

afterEach(async () => {
  await upstream.close();
  await Promise.all(servers.map((server) => server.close()));
});

async function serve(behaviour: Behaviour): Promise<RpcServer> {
  const server = await startRpcServer(behaviour);
  servers.push(server);
  return server;
}

const routerOf = (services: readonly RouteService[], options: Omit<RouterOptions, 'upstream'> = {}) =>
  polledRouter(services, { upstream, ...options });

describe('who is asked', () => {
  it('is nobody who is on a wrong chain, however few are left', async () => {
    const [wrong, good] = [await serve(result('wrong')), await serve(body('', 500))];
    const router = routerOf([service('wrong', wrong.url), service('good', good.url)]);
    router.reportHead('wrong', { ok: true, number: 100, chainIdOk: false });
    expect(await router.forward(call(), DEADLINE)).toMatchObject({ kind: 'error' });
    expect(wrong.requests).toHaveLength(0);
    expect(viewOf(router, 'wrong')).toMatchObject({ state: 'ineligible', reason: 'wrong-chain' });
  });

  it.each([
    ['0x2', { kind: 'error' }, ['eth_chainId']],
    ['0x1', { kind: 'result', result: '"newcomer"' }, ['eth_chainId', 'eth_call']],
  ])(
    'is asked for its chain first when no poll has found it yet, here %s',
    async (chain, expected, asked) => {
      const broken = await serve(body('', 500));
      const newcomer = await serve((...exchange) =>
        result(exchange[0].method === 'eth_chainId' ? chain : 'newcomer')(...exchange),
      );
      const router = routerOf([service('broken', broken.url)]);
      router.setServices([service('broken', broken.url), service('newcomer', newcomer.url)]);
      expect(await router.forward(call(), DEADLINE)).toMatchObject(expected);
      expect(newcomer.requests.map(({ method }) => method)).toEqual(asked);
    },
  );

  it('is nobody who fell behind, not even an own upstream, unless nobody else answers', async () => {
    const [lagging, good] = [await serve(result('old')), await serve(result('new'))];
    const { clock, advance } = handClock();
    const services = [service('lagging', lagging.url), service('good', good.url, { tier: 'own' })];
    const router = routerOf(services, { clock });
    for (let number = 101; number <= 150; number += 1) {
      advance(1_000);
      router.reportHead('good', { ok: true, number, chainIdOk: true });
    }
    expect(router.agreedHead()).toBe(150);
    expect(viewOf(router, 'lagging')).toMatchObject({ reason: 'lagging', head: 100 });
    for (let calls = 0; calls < 10; calls += 1) {
      expect(await router.forward(call(), DEADLINE)).toMatchObject({ result: '"new"' });
    }
    good.behave(reset);
    expect(await router.forward(call(), DEADLINE)).toMatchObject({ result: '"old"' });
  });

  it('is not one that pretends to be far ahead', async () => {
    const [liar, a, b] = [await serve(result('lie')), await serve(result(1)), await serve(result(1))];
    const router = routerOf([service('liar', liar.url), service('a', a.url), service('b', b.url)]);
    router.reportHead('liar', { ok: true, number: 1_000_000, chainIdOk: true });
    expect([router.agreedHead(), viewOf(router, 'liar')?.reason]).toEqual([100, 'implausible-head']);
    for (let calls = 0; calls < 10; calls += 1) await router.forward(call(), DEADLINE);
    expect(liar.requests).toHaveLength(0);
  });

  it('is one that has the block asked for', async () => {
    const [behind, ahead] = [await serve(result(null)), await serve(result('block'))];
    const router = routerOf([service('behind', behind.url, { tier: 'own' }), service('ahead', ahead.url)]);
    router.reportHead('ahead', { ok: true, number: 102, chainIdOk: true });
    const answer = await router.forward(call('eth_getBlockByNumber', '["0x66",false]'), DEADLINE);
    expect(answer).toMatchObject({ result: '"block"' });
  });

  it('is one that answered a newer head to a user, before any poll', async () => {
    const [behind, ahead] = [await serve(result(null)), await serve(result('0x66'))];
    const router = routerOf([service('behind', behind.url), service('ahead', ahead.url)]);
    behind.behave(reset);
    await router.forward(call('eth_blockNumber'), DEADLINE);
    expect(router.agreedHead()).toBe(100);
    behind.behave(result(null));
    const answer = await router.forward(call('eth_getBlockByNumber', '["0x66",false]'), DEADLINE);
    expect(answer).toMatchObject({ result: '"0x66"' });
  });

  it('is one with the capability', async () => {
    const names = (...list: Capability[]) => ({ capabilities: capabilityBits(list) });
    const [plain, tracer] = [await serve(result('plain')), await serve(result('trace'))];
    const router = routerOf([
      service('plain', plain.url, { tier: 'own', ...names('full') }),
      service('tracer', tracer.url, names('full', 'trace')),
    ]);
    expect(await router.forward(call('trace_block', '["0x1"]'), DEADLINE)).toMatchObject({
      result: '"trace"',
    });
    expect(await router.forward(call(), DEADLINE)).toMatchObject({ result: '"plain"' });
  });

  it('is the least bad when nobody is eligible: one of unknown chain might answer wrongly, a silent one is slow', async () => {
    const [unpolled, silent] = [await serve(result('unpolled')), await serve(result('silent'))];
    const router = routerOf([service('silent', silent.url)]);
    router.setServices([service('unpolled', unpolled.url), service('silent', silent.url)]);
    router.reportHead('silent', { ok: true, number: 1, chainIdOk: true });
    for (let polls = 0; polls < 2; polls += 1) router.reportHead('silent', { ok: false, class: 'provider' });
    expect(router.hasEligible()).toBe(false);
    expect(router.services().map((view) => view.reason)).toEqual(['unverified', 'silent']);
    expect(await router.forward(call(), DEADLINE)).toMatchObject({ result: '"silent"' });
  });

  it('needs no chain id where chains have none', async () => {
    const node = await serve(result(5));
    const router = createNetworkRouter({
      caip2: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp' as Caip2,
      slug: 'solana',
      upstream,
      clock: systemClock,
      random: Math.random,
      settings: DEFAULT_ROUTING,
    });
    router.setServices([service('node', node.url)]);
    expect(router.hasEligible()).toBe(true);
    expect(await router.forward(call('getSlot'), DEADLINE)).toMatchObject({ result: '5' });
  });
});

describe('health', () => {
  it('holds a service off for its Retry-After and does not blame it', async () => {
    const { clock, advance } = handClock();
    const limited = await serve(
      rpcError({ code: -32005, message: 'rate limit' }, 429, { 'retry-after': '7' }),
    );
    const good = await serve(result(1));
    const services = [service('limited', limited.url, { tier: 'own' }), service('good', good.url)];
    const router = routerOf(services, { clock });
    for (let calls = 0; calls < 5; calls += 1) await router.forward(call(), DEADLINE);
    expect(limited.requests).toHaveLength(1);
    expect(viewOf(router, 'limited')).toMatchObject({ reason: 'held-off', failures: 0, breaker: 'closed' });
    advance(7_000);
    await router.forward(call(), DEADLINE);
    expect(limited.requests).toHaveLength(2);
  });

  it('keeps calls from a failing service, tries it later by a copy of a read that nobody waits for, and takes it back', async () => {
    const { clock, advance } = handClock();
    const [flaky, good] = [await serve(body('', 500)), await serve(result(1))];
    const services = [service('flaky', flaky.url, { tier: 'own' }), service('good', good.url)];
    const router = routerOf(services, { clock });
    for (let calls = 0; calls < 20; calls += 1) await router.forward(call(), DEADLINE);
    const { consecutiveFailures, openMs } = DEFAULT_ROUTING.breaker;
    expect(flaky.requests).toHaveLength(consecutiveFailures);
    expect(viewOf(router, 'flaky')).toMatchObject({ reason: 'breaker-open', breaker: 'open' });
    const asked = new Promise<() => void>((resolve) => {
      flaky.behave((request, response, message) => resolve(() => result('back')(request, response, message)));
    });
    advance(openMs);
    // The trial is still open when the user has his answer; there is one at a time.
    for (let calls = 0; calls < 5; calls += 1) {
      advance(20);
      expect(await router.forward(call(), DEADLINE)).toMatchObject({ result: '1' });
    }
    const answer = await asked;
    flaky.behave(result('back'));
    answer();
    await vi.waitFor(() =>
      expect(viewOf(router, 'flaky')).toMatchObject({ state: 'eligible', breaker: 'closed' }),
    );
    expect(flaky.requests).toHaveLength(consecutiveFailures + 1);
    expect(await router.forward(call(), DEADLINE)).toMatchObject({ result: '"back"' });
  });

  it('stays with a service whose key and URL stay, and calls in flight end where they began', async () => {
    const node = await serve(hang);
    const other = await serve(result(1));
    const router = routerOf([service('node', node.url)]);
    const answered = new Promise<() => void>((resolve) => {
      node.behave((request, response, message) => resolve(() => result('late')(request, response, message)));
    });
    const answer = router.forward(call(), DEADLINE);
    const send = await answered;
    router.setServices([service('node', node.url, { weight: 5 }), service('other', other.url)]);
    expect(viewOf(router, 'node')).toMatchObject({ state: 'eligible', inFlight: 1, calls: 1 });
    send();
    expect(await answer).toMatchObject({ result: '"late"' });
    expect(viewOf(router, 'node')).toMatchObject({ inFlight: 0 });
    router.setServices([service('node', other.url)]);
    expect(viewOf(router, 'node')).toMatchObject({ calls: 0, reason: 'unverified' });
  });

  it('counts by its newest weight, over calls in flight, until it is listed anew', async () => {
    let heavy = 0;
    // Both take the same time, however busy the machine is.
    const upstream = clientOf(async ({ url }) => {
      heavy += Number(url === 'http://heavy');
      return { ok: true, result: encodeJson(1), latencyMs: ms(1) };
    });
    const services = [service('heavy', 'http://heavy'), service('light', 'http://light')];
    const router = polledRouter(services, { upstream, settings: { slowStartMs: ms(0) } });
    const shareOfHeavy = async () => {
      const before = heavy;
      for (let calls = 0; calls < 100; calls += 1) await router.forward(call(), DEADLINE);
      return heavy - before;
    };
    const never = 1e-5;
    router.setWeight('light', never);
    router.setWeight('nobody', 5);
    expect(await shareOfHeavy()).toBeGreaterThan(80);
    router.setServices([...services, service('third', 'http://light', { weight: never })]);
    expect(await shareOfHeavy()).toBeGreaterThan(80);
    router.setServices([
      service('heavy', 'http://heavy', { weight: never }),
      service('light', 'http://light'),
    ]);
    expect(await shareOfHeavy()).toBeLessThan(20);
  });

  it('answers a call whose service was removed meanwhile, and asks it no more', async () => {
    const [leaving, staying] = [await serve(hang), await serve(result('staying'))];
    const router = routerOf([service('leaving', leaving.url)]);
    const answered = new Promise<() => void>((resolve) => {
      leaving.behave((request, response, message) =>
        resolve(() => result('bye')(request, response, message)),
      );
    });
    const answer = router.forward(call(), DEADLINE);
    const send = await answered;
    router.setServices([service('staying', staying.url)]);
    router.reportHead('staying', { ok: true, number: 100, chainIdOk: true });
    send();
    expect(await answer).toMatchObject({ result: '"bye"' });
    expect(await router.forward(call(), DEADLINE)).toMatchObject({ result: '"staying"' });
    expect(leaving.requests).toHaveLength(1);
  });

  it('tells each attempt to the hook', async () => {
    const [bad, good] = [await serve(body('', 500)), await serve(result(1))];
    const onAttempt = vi.fn<NonNullable<RouterHooks['onAttempt']>>();
    const services = [service('bad', bad.url, { tier: 'own' }), service('good', good.url)];
    await routerOf(services, { hooks: { onAttempt } }).forward(call(), DEADLINE);
    const seen = onAttempt.mock.calls.map(([{ key }, outcome, index]) => [key, outcome.ok, index]);
    expect(seen).toEqual([
      ['bad', false, 0],
      ['good', true, 1],
    ]);
  });
});
