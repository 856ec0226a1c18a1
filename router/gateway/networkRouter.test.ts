import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { type Capability, capabilityBits } from '../core/capability.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { ErrorClass } from '../core/errorClass.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms, seconds } from '../core/units.ts';
import { DEFAULT_ROUTING, type RoutingSettings } from '../routing/settings.ts';
import type { FailureReason, UpstreamClient, UpstreamOutcome } from '../upstream/outcome.ts';
import {
  type Behaviour,
  body,
  closedPort,
  dropMidBody,
  hang,
  hangMidBody,
  type RpcServer,
  reset,
  result,
  rpcError,
  startRpcServer,
} from '../upstream/rpcServer.fixture.ts';
import { createUpstreamClient } from '../upstream/upstreamClient.ts';
import {
  createNetworkRouter,
  type NetworkRouter,
  type RouterHooks,
  type RouteService,
} from './networkRouter.ts';

const DEADLINE = { deadlineMs: seconds(20) };
const MAX_RESPONSE_BYTES = 10_000;

let upstream: UpstreamClient;
let servers: RpcServer[];

beforeEach(() => {
  upstream = createUpstreamClient({ clock: systemClock, maxResponseBytes: MAX_RESPONSE_BYTES });
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

function service(key: string, url: string, more: Partial<RouteService> = {}): RouteService {
  return {
    key,
    label: key,
    tier: 'network',
    target: { url, allowPrivate: true },
    capabilities: capabilityBits(['full']),
    weight: 1,
    ...more,
  };
}

interface RouterOptions {
  settings?: Partial<RoutingSettings>;
  clock?: Clock;
  hooks?: RouterHooks;
  upstream?: UpstreamClient;
  caip2?: string;
}

/** A router whose services have all been polled with success. */
function routerOf(services: readonly RouteService[], options: RouterOptions = {}): NetworkRouter {
  const router = createNetworkRouter({
    caip2: (options.caip2 ?? 'eip155:1') as Caip2,
    slug: 'ethereum',
    upstream: options.upstream ?? upstream,
    clock: options.clock ?? systemClock,
    random: Math.random,
    settings: { ...DEFAULT_ROUTING, ...options.settings },
    ...(options.hooks && { hooks: options.hooks }),
  });
  router.setServices(services);
  for (const { key } of services) router.reportHead(key, { ok: true, number: 100, chainIdOk: true });
  return router;
}

const call = (method = 'eth_call', params = '[]', id: string | undefined = '1') => ({
  id: id as RawJson | undefined,
  method,
  params: params as RawJson,
});

const viewOf = (router: NetworkRouter, key: string) => router.services().find((view) => view.key === key);

/** A clock that moves by hand. */
function handClock() {
  let now = 1_000;
  return {
    clock: { now: () => ms(now), unix: systemClock.unix } satisfies Clock,
    advance: (by: number) => {
      now += by;
    },
  };
}

describe('fail-over', () => {
  const faults: [string, Behaviour][] = [
    ['resets', reset],
    ['drops in the middle of the body', dropMidBody],
    ['hangs before the headers', hang],
    ['hangs in the middle of the body', hangMidBody],
    ['answers 500', body('oops', 500)],
    ['answers 429', rpcError({ code: -32005, message: 'slow down' }, 429, { 'retry-after': '1' })],
    ['answers HTML', body('<html>just a moment</html>')],
    ['answers half a JSON', body('{"jsonrpc":"2.0","id":ID,"resu')],
    ['answers another id', body('{"jsonrpc":"2.0","id":99999999,"result":"0xbad"}')],
    ['answers too much', body(`{"jsonrpc":"2.0","id":ID,"result":"${'x'.repeat(MAX_RESPONSE_BYTES)}"}`)],
    ['redirects', body('', 302, { location: 'http://127.0.0.1:1/' })],
    ['has an internal error', rpcError({ code: -32603, message: 'Internal error' })],
    ['has no state', rpcError({ code: -32000, message: 'missing trie node 12' })],
  ];
  it.each(faults)(
    'answers by the next service when the first %s, after one visit',
    async (_name, behaviour) => {
      const [bad, good] = [await serve(behaviour), await serve(result('0xgood'))];
      const services = [service('bad', bad.url, { tier: 'own' }), service('good', good.url)];
      const router = routerOf(services, { settings: { stallMs: ms(100) } });
      const answer = await router.forward(call(), DEADLINE);
      expect(answer).toMatchObject({ kind: 'result', result: '"0xgood"' });
      expect(answer.attempts.map((attempt) => attempt.service)).toEqual(['bad', 'good']);
      expect([bad.requests.length, good.requests.length]).toEqual([1, 1]);
    },
  );

  it('answers by the next service when nothing listens, or the address is private', async () => {
    const good = await serve(result('0xgood'));
    const refused = service('refused', await closedPort(), { tier: 'own' });
    const target = { url: good.url, allowPrivate: false };
    const inside = service('private', good.url, { tier: 'own', target });
    const answer = await routerOf([refused, inside, service('good', good.url)]).forward(call(), DEADLINE);
    expect(answer).toMatchObject({ kind: 'result', result: '"0xgood"' });
    expect(answer.attempts.map((attempt) => attempt.reason).sort()).toEqual([
      'ok',
      'private-address',
      'refused',
    ]);
  });

  it('asks the network only when no own upstream can answer', async () => {
    const [own, network] = [await serve(result('own')), await serve(result('network'))];
    const router = routerOf([service('own', own.url, { tier: 'own' }), service('network', network.url)]);
    for (let calls = 0; calls < 20; calls += 1) await router.forward(call(), DEADLINE);
    expect([own.requests.length, network.requests.length]).toEqual([20, 0]);
  });

  it('takes the answer of a slow service that the next one could not give sooner', async () => {
    const [slow, hung] = [await serve(hang), await serve(hang)];
    slow.behave((request, response, message) => {
      // Answers once the router has asked the other one too.
      hung.behave(() => result('0xslow')(request, response, message));
    });
    const services = [service('slow', slow.url, { tier: 'own' }), service('hung', hung.url)];
    const answer = await routerOf(services, { settings: { stallMs: ms(50) } }).forward(call(), DEADLINE);
    expect(answer).toMatchObject({ kind: 'result', result: '"0xslow"' });
  });

  it('blames a service that stays silent while another answers', async () => {
    const [hung, good] = [await serve(hang), await serve(result(1))];
    const services = [service('hung', hung.url, { tier: 'own' }), service('good', good.url)];
    const router = routerOf(services, { settings: { stallMs: ms(50) } });
    const answer = await router.forward(call(), DEADLINE);
    expect(answer.attempts[0]).toMatchObject({ service: 'hung', reason: 'timeout', class: 'provider' });
    expect(viewOf(router, 'hung')).toMatchObject({ failures: 1, inFlight: 0 });
  });

  it('ends with the deadline when every service hangs', async () => {
    const hung = await serve(hang);
    const services = ['a', 'b', 'c'].map((key) => service(key, hung.url));
    const router = routerOf(services, { settings: { stallMs: ms(50) } });
    const answer = await router.forward(call(), { deadlineMs: ms(300) });
    expect(answer).toMatchObject({ kind: 'error', attempts: services.map(() => ({ reason: 'timeout' })) });
  });

  it('passes results through byte for byte', async () => {
    const raw = '{"a":1.0,"a":[ 12345678901234567890 ],"é":"\\u00e9"}';
    const good = await serve(body(`{"id":ID,"result":${raw}}`));
    const answer = await routerOf([service('good', good.url)]).forward(call(), DEADLINE);
    expect(answer).toMatchObject({ result: Buffer.from(raw).toString('latin1') });
  });

  it('executes notifications', async () => {
    const good = await serve(result(1));
    await routerOf([service('good', good.url)]).forward(call('eth_call', '[]', undefined), DEADLINE);
    expect(good.requests).toHaveLength(1);
  });
});

describe('errors', () => {
  it('of the client come back byte for byte after one call', async () => {
    const raw = '{"message":"execution reverted: é","data":"0x08c379a0","code":3}';
    const nodes = await Promise.all(['a', 'b', 'c'].map(() => serve(body(`{"id":ID,"error":${raw}}`))));
    const router = routerOf(nodes.map((node, index) => service(String(index), node.url)));
    const answer = await router.forward(call(), DEADLINE);
    expect(answer).toMatchObject({ kind: 'error', error: Buffer.from(raw).toString('latin1') });
    expect(nodes.flatMap((node) => node.requests)).toHaveLength(1);
    expect(router.services().map((view) => view.failures)).toEqual([0, 0, 0]);
  });

  it("of a method that no service has are the nodes' own, and no user waits for a dead service to say the same", async () => {
    const missing = { code: -32601, message: 'the method foo_bar does not exist/is not available' };
    const [a, b, dead] = [await serve(rpcError(missing)), await serve(rpcError(missing)), await serve(hang)];
    const services = [service('a', a.url), service('b', b.url), service('dead', dead.url)];
    const router = routerOf(services);
    for (let polls = 0; polls < 2; polls += 1) router.reportHead('dead', { ok: false, class: 'provider' });
    const answer = await router.forward(call('foo_bar'), DEADLINE);
    expect(answer).toMatchObject({ kind: 'error', error: JSON.stringify(missing) });
    expect([a, b, dead].map((node) => node.requests.length)).toEqual([1, 1, 0]);
  });

  it("of services that all failed say what happened at each, and neither URLs nor the nodes' words", async () => {
    const html = await serve(body('<html>secret</html>', 502));
    const internal = await serve(rpcError({ code: -32603, message: 'secret' }));
    const services = [
      service('html', html.url),
      service('internal', internal.url),
      service('refused', await closedPort()),
    ];
    const answer = await routerOf(services).forward(call(), DEADLINE);
    if (answer.kind !== 'error') throw new Error('it answered');
    const error = JSON.parse(answer.error);
    expect(error.code).toBe(-32000);
    expect(error.data.attempts).toHaveLength(3);
    expect(error.data.attempts).toEqual(
      expect.arrayContaining([
        { service: 'html', reason: 'http-status', httpStatus: 502 },
        { service: 'internal', reason: 'rpc-error', httpStatus: 200, code: -32603 },
        { service: 'refused', reason: 'refused' },
      ]),
    );
    expect(answer.error).not.toMatch(/secret|127\.0\.0\.1|http:/);
  });

  it('of a network without services say so', async () => {
    const answer = await routerOf([]).forward(call(), DEADLINE);
    expect(answer).toMatchObject({ kind: 'error', attempts: [] });
  });
});

describe('a call that acts once', () => {
  it.each([
    ['a reset', reset],
    ['a 500', body('', 500)],
    ['junk', body('junk')],
  ])('is not repeated after %s', async (_name, behaviour) => {
    const [bad, good] = [await serve(behaviour), await serve(result(1))];
    const router = routerOf([service('bad', bad.url, { tier: 'own' }), service('good', good.url)]);
    const answer = await router.forward(call('eth_sendTransaction'), DEADLINE);
    expect(answer).toMatchObject({ kind: 'error' });
    expect([bad.requests.length, good.requests.length]).toEqual([1, 0]);
  });

  it('is never joined by a second service', async () => {
    const [slow, other] = [await serve(hang), await serve(result(1))];
    const services = [service('slow', slow.url, { tier: 'own' }), service('other', other.url)];
    const router = routerOf(services, { settings: { stallMs: ms(20) } });
    const answer = await router.forward(call('eth_sendTransaction'), { deadlineMs: ms(300) });
    expect(answer).toMatchObject({ kind: 'error', attempts: [{ reason: 'timeout' }] });
    expect(other.requests).toHaveLength(0);
  });

  it('goes on where it certainly was not executed', async () => {
    const good = await serve(result(1));
    const refused = service('refused', await closedPort(), { tier: 'own' });
    const router = routerOf([refused, service('good', good.url)]);
    expect(await router.forward(call('eth_newFilter'), DEADLINE)).toMatchObject({ kind: 'result' });
  });
});

describe('who is asked', () => {
  it('is nobody who is on a wrong chain, however few are left', async () => {
    const [wrong, good] = [await serve(result('wrong')), await serve(body('', 500))];
    const router = routerOf([service('wrong', wrong.url), service('good', good.url)]);
    router.reportHead('wrong', { ok: true, number: 100, chainIdOk: false });
    expect(await router.forward(call(), DEADLINE)).toMatchObject({ kind: 'error' });
    expect(wrong.requests).toHaveLength(0);
    expect(viewOf(router, 'wrong')).toMatchObject({ state: 'ineligible', reason: 'wrong-chain' });
  });

  it('is nobody who fell behind, not even an own upstream, unless nobody else answers', async () => {
    const [lagging, good] = [await serve(result('old')), await serve(result('new'))];
    const router = routerOf([service('lagging', lagging.url, { tier: 'own' }), service('good', good.url)]);
    for (let number = 101; number <= 150; number += 1)
      router.reportHead('good', { ok: true, number, chainIdOk: true });
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
    expect(viewOf(router, 'ahead')).toMatchObject({ head: 102 });
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

  it('is the least bad when nobody is eligible', async () => {
    const [unpolled, dead] = [await serve(result('unpolled')), await serve(result('dead'))];
    const router = routerOf([service('dead', dead.url)]);
    router.setServices([service('dead', dead.url), service('unpolled', unpolled.url)]);
    for (let polls = 0; polls < 2; polls += 1) router.reportHead('dead', { ok: false, class: 'provider' });
    expect(router.hasEligible()).toBe(false);
    expect(router.services().map((view) => view.reason)).toEqual(['silent', 'unverified']);
    expect(await router.forward(call(), DEADLINE)).toMatchObject({ result: '"unpolled"' });
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

  it('keeps calls from a failing service, tries it once later, and takes it back', async () => {
    const { clock, advance } = handClock();
    const [flaky, good] = [await serve(body('', 500)), await serve(result(1))];
    const services = [service('flaky', flaky.url, { tier: 'own' }), service('good', good.url)];
    const router = routerOf(services, { clock });
    for (let calls = 0; calls < 20; calls += 1) await router.forward(call(), DEADLINE);
    const { consecutiveFailures, openMs } = DEFAULT_ROUTING.breaker;
    expect(flaky.requests).toHaveLength(consecutiveFailures);
    expect(viewOf(router, 'flaky')).toMatchObject({ reason: 'breaker-open', breaker: 'open' });
    flaky.behave(result('back'));
    advance(openMs);
    expect(await router.forward(call(), DEADLINE)).toMatchObject({ result: '"back"' });
    expect(viewOf(router, 'flaky')).toMatchObject({ state: 'eligible', breaker: 'closed' });
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

describe('under any sequence of outcomes', () => {
  const reasons: FailureReason[] = ['refused', 'reset', 'timeout', 'http-status', 'malformed', 'rpc-error'];
  const outcome = fc.oneof(
    fc.constant<UpstreamOutcome>({ ok: true, result: '1' as RawJson, latencyMs: ms(1) }),
    fc.record({
      ok: fc.constant(false as const),
      class: fc.constantFrom<ErrorClass>('client', 'provider', 'capacity', 'capability'),
      reason: fc.constantFrom(...reasons),
      error: fc.constant('{"code":-1}' as RawJson),
      latencyMs: fc.constant(ms(1)),
    }),
  );
  const method = fc.constantFrom(
    'eth_call',
    'eth_sendRawTransaction',
    'eth_sendTransaction',
    'trace_block',
    'foo',
  );
  const scenario = fc.record({
    count: fc.integer({ min: 0, max: 8 }),
    calls: fc.array(fc.tuple(method, fc.array(outcome, { minLength: 1, maxLength: 10 })), { maxLength: 30 }),
    maxAttempts: fc.integer({ min: 1, max: 6 }),
  });

  it('no service is visited twice within a call, and the limits hold', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ count, calls, maxAttempts }) => {
        let visits: string[] = [];
        let outcomes: UpstreamOutcome[] = [];
        const fake: UpstreamClient = {
          call: async (target) => {
            visits.push(target.url);
            return outcomes[visits.length % outcomes.length] as UpstreamOutcome;
          },
          close: async () => {},
        };
        const services = Array.from({ length: count }, (_, index) =>
          service(String(index), `http://node-${index}.example`, { tier: index % 2 ? 'own' : 'network' }),
        );
        const router = routerOf(services, { upstream: fake, settings: { maxAttempts } });
        for (const [name, next] of calls) {
          visits = [];
          outcomes = next;
          const answer = await router.forward(call(name, '["0x02"]'), DEADLINE);
          expect(new Set(visits).size).toBe(visits.length);
          expect(visits.length).toBeLessThanOrEqual(Math.min(maxAttempts, count));
          if (count > 0) expect(visits.length).toBeGreaterThan(0);
          expect(() => JSON.parse(answer.kind === 'result' ? answer.result : answer.error)).not.toThrow();
        }
        expect(router.services().every((view) => view.inFlight === 0)).toBe(true);
      }),
    );
  });
});
