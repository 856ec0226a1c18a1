import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { capabilityBits } from '../core/capability.ts';
import { systemClock } from '../core/clock.ts';
import { ms } from '../core/units.ts';
import { RETEST_MS } from '../routing/learntLimit.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import {
  type Behaviour,
  closedPort,
  type RpcServer,
  result,
  rpcError,
  startRpcServer,
} from '../upstream/rpcServer.fixture.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import { createUpstreamClient } from '../upstream/upstreamClient.ts';
import { createAbilityProbes } from './abilityProbes.ts';
import { handClock, polledRouter, service, viewOf } from './networkRouter.fixture.ts';
import type { RouteService } from './networkRouter.ts';

const HEAD = 20_000_000;
const ALL = capabilityBits(['full', 'archive', 'trace', 'debug', 'txpool', 'proof', 'websocket']);
const pruned = rpcError({ code: -32000, message: 'missing trie node abc (path )' });
const noMethod = rpcError({ code: -32601, message: 'the method does not exist/is not available' });

let upstream: UpstreamClient;
let hand: ReturnType<typeof handClock>;
let ends: (() => unknown)[];

beforeEach(() => {
  upstream = createUpstreamClient({ clock: systemClock });
  hand = handClock();
  ends = [() => upstream.close()];
});

afterEach(async () => {
  for (const end of ends) await end();
});

async function node(byMethod: Record<string, Behaviour>): Promise<RpcServer> {
  const server = await startRpcServer((request, ...rest) =>
    (byMethod[request.method] ?? result('0x0'))(request, ...rest),
  );
  ends.unshift(() => server.close());
  return server;
}

const FIRST_MS = 10_000;
const MS_PER_SERVICE = 40;

/** Probes that come when the test says so. */
function probing(services: readonly RouteService[], head = HEAD, caip2 = 'eip155:1', client = upstream) {
  let underWay = 0;
  let asked = 0;
  const counting: UpstreamClient = {
    ...client,
    async call(...call) {
      underWay += 1;
      asked += 1;
      const outcome = await client.call(...call);
      underWay -= 1;
      return outcome;
    },
  };
  const probes = createAbilityProbes({
    ...{ upstream: counting, clock: hand.clock, timer: hand.timer },
    random: () => 0.5,
    pollIntervalMs: () => ms(FIRST_MS / 10),
    timeoutMs: () => ms(5_000),
  });
  ends.unshift(probes.stop);
  const router = polledRouter(services, { upstream, clock: hand.clock, caip2 });
  for (const { key } of services) router.reportHead(key, { ok: true, number: head, chainIdOk: true });
  probes.follow(router, services);
  const wait = async (time: number) => {
    hand.advance(time);
    await vi.waitFor(() => expect(underWay).toBe(0));
  };
  /** The first visit to each. */
  const round = () => wait(FIRST_MS + services.length * MS_PER_SERVICE);
  const abilities = (key: string) => viewOf(router, key)?.abilities;
  return { router, probes, round, wait, abilities, asked: () => asked };
}

describe('abilityProbes', () => {
  it('find out of what is declared what is there, and an archive also where none is declared', async () => {
    const logs: Behaviour = (request, response, message) => {
      const [{ fromBlock, toBlock }] = request.params as [{ fromBlock: string; toBlock: string }];
      const blocks = Number(toBlock) - Number(fromBlock) + 1;
      const answer =
        blocks > 3_000 ? rpcError({ code: -32000, message: 'block range is too wide' }) : result([]);
      answer(request, response, message);
    };
    const modest = await node({ eth_getLogs: result([]) });
    const boasting = await node({
      eth_getBalance: pruned,
      trace_block: noMethod,
      debug_traceBlockByNumber: pruned,
      eth_getProof: noMethod,
      eth_getLogs: logs,
    });
    const { round, abilities } = probing([
      service('modest', modest.url),
      service('boasting', boasting.url, { capabilities: ALL }),
    ]);
    await round();
    expect(abilities('modest')).toMatchObject({ shown: ['archive'], lacks: [], maxLogBlocks: undefined });
    expect(abilities('boasting')).toMatchObject({
      lacks: ['archive', 'trace', 'proof'],
      maxLogBlocks: 2_500,
    });
    // Nobody is asked for more than it says it can, but for old state and logs.
    expect(modest.requests.map(({ method }) => method)).toEqual(['eth_getBalance', 'eth_getLogs']);
    expect(boasting.requests.map(({ method }) => method)).toEqual([
      'eth_getBalance',
      'txpool_status',
      'eth_getProof',
      'trace_block',
      'debug_traceBlockByNumber',
      'eth_getLogs',
      'eth_getLogs',
      'eth_getLogs',
    ]);
  });

  it('are over before what they found falls due, and notice what has changed', async () => {
    const server = await node({ trace_block: noMethod, eth_getLogs: result([]) });
    const { round, wait, abilities } = probing([service('a', server.url, { capabilities: ALL })]);
    await round();
    expect(abilities('a')?.lacks).toEqual(['trace']);
    server.behave(result([]));
    const { length } = server.requests;
    await wait(60_000);
    expect(server.requests).toHaveLength(length);
    // The longest pause that chance may make of it.
    await wait(RETEST_MS / 1.1 - 60_000);
    expect(server.requests.length).toBeGreaterThan(length);
    expect(abilities('a')).toMatchObject({ lacks: [], shown: [] });
  });

  it('blame nobody, and come back soon to one that does not answer', async () => {
    const gone = service('gone', await closedPort(), { capabilities: ALL });
    const { round, wait, router, asked } = probing([gone]);
    await round();
    expect(viewOf(router, 'gone')).toMatchObject({ calls: 0, failures: 0, breaker: 'closed', inFlight: 0 });
    expect(asked()).toBe(1);
    await wait(60_000);
    expect(asked()).toBe(2);
  });

  it('leave one alone for as long as its rate limit asks, within bounds', async () => {
    const limited = (seconds: number) =>
      node({
        eth_getBalance: rpcError({ code: -32005, message: 'rate limit' }, 429, {
          'retry-after': `${seconds}`,
        }),
      });
    const [soon, never] = [await limited(60), await limited(86_400)];
    const { round, wait } = probing([service('soon', soon.url), service('never', never.url)]);
    const requests = () => [soon.requests.length, never.requests.length];
    await round();
    expect(requests()).toEqual([1, 1]);
    await wait(60_000 - 2 * MS_PER_SERVICE);
    expect(requests()).toEqual([1, 1]);
    await wait(2 * MS_PER_SERVICE);
    expect(requests()).toEqual([2, 1]);
    await wait(RETEST_MS);
    expect(never.requests).toHaveLength(2);
  });

  it('take one that is slow with a long query for one without a known limit', async () => {
    const server = await node({ eth_getLogs: rpcError({ code: -32000, message: 'query timeout exceeded' }) });
    const { round, wait, abilities } = probing([service('slow', server.url)]);
    await round();
    expect(abilities('slow')).toMatchObject({ shown: ['archive'], maxLogBlocks: undefined });
    const { length } = server.requests;
    await wait(60_000);
    expect(server.requests).toHaveLength(length);
  });

  it('ask of a young chain only what it can have', async () => {
    const server = await node({});
    const { round } = probing(
      [service('a', server.url, { capabilities: capabilityBits(['full', 'txpool']) })],
      100,
    );
    await round();
    expect(server.requests.map(({ method }) => method)).toEqual(['txpool_status']);
  });

  it('spread what thousands are asked when they join at once', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => service(`s${i}`, 'http://silent.invalid/'));
    const silent = clientOf(() => new Promise(() => undefined));
    const { asked } = probing(many, HEAD, 'eip155:1', silent);
    hand.advance(FIRST_MS);
    expect(asked()).toBe(0);
    hand.advance(100_000);
    expect(asked()).toBe(2_500);
  });

  it('begin anew for one that declares something else, and for no other change', async () => {
    const server = await node({});
    const declared = service('a', server.url, { capabilities: capabilityBits(['full', 'txpool']) });
    const { probes, router, round } = probing([service('a', server.url)]);
    const balances = () => server.requests.filter(({ method }) => method === 'eth_getBalance').length;
    await round();
    probes.follow(router, [service('a', server.url, { weight: 3 })]);
    await round();
    expect(balances()).toBe(1);
    probes.follow(router, [declared]);
    await round();
    expect(server.requests.map(({ method }) => method)).toContain('txpool_status');
    expect(balances()).toBe(2);
  });

  it('leave chains of other namespaces alone', async () => {
    const { round, asked } = probing([service('a', 'http://a.invalid/')], 1, 'solana:5eykt');
    await round();
    expect(asked()).toBe(0);
  });
});
