import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { ms, seconds } from '../core/units.ts';
import { DEFAULT_ROUTING } from '../routing/settings.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
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
  call,
  DEADLINE,
  polledRouter,
  type RouterOptions,
  service,
  viewOf,
} from './networkRouter.fixture.ts';
import type { RouteService } from './networkRouter.ts';

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

const routerOf = (services: readonly RouteService[], options: Omit<RouterOptions, 'upstream'> = {}) =>
  polledRouter(services, { upstream, ...options });

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
    expect(answer.attempts.map((attempt) => attempt.reason)).toEqual(['ok', 'aborted']);
  });

  it('blames nobody who was asked later and had less time', async () => {
    const [slow, later] = [await serve(hang), await serve(hang)];
    slow.behave((request, response, message) => {
      later.behave(() => result('0xslow')(request, response, message));
    });
    const services = [service('slow', slow.url, { tier: 'own' }), service('later', later.url)];
    const router = routerOf(services, { settings: { stallMs: ms(50) } });
    await router.forward(call(), DEADLINE);
    expect(router.services().map((view) => [view.failures, view.inFlight])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('learns of a service that hangs within a few calls', async () => {
    const [hung, good] = [await serve(hang), await serve(result(1))];
    const services = [service('hung', hung.url, { tier: 'own' }), service('good', good.url)];
    const breaker = { ...DEFAULT_ROUTING.breaker, openMs: seconds(60) };
    const router = routerOf(services, { settings: { stallMs: ms(50), breaker } });
    for (let calls = 0; calls < 20; calls += 1) await router.forward(call(), DEADLINE);
    // One that is well may be slow on a busy machine, and is then joined by the only other one there is.
    expect(hung.requests.length).toBeGreaterThanOrEqual(breaker.consecutiveFailures);
    expect(hung.requests.length).toBeLessThan(15);
    expect(viewOf(router, 'hung')).toMatchObject({ reason: 'breaker-open' });
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
