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

/** Probes that come when the test says so; `pauses` are the times they would have waited. */
function probing(services: readonly RouteService[], head = HEAD, caip2 = 'eip155:1') {
  const pauses: number[] = [];
  let wake: (() => void)[] = [];
  const probes = createAbilityProbes({
    upstream,
    random: () => 0.5,
    pollIntervalMs: () => ms(1_000),
    timeoutMs: () => ms(5_000),
    sleep: (time, signal) => {
      pauses.push(time);
      return new Promise<void>((resolve, reject) => {
        wake.push(resolve);
        const onAbort = () => {
          wake = wake.filter((each) => each !== resolve);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  });
  ends.unshift(probes.stop);
  const router = polledRouter(services, { upstream, clock: hand.clock, caip2 });
  for (const { key } of services) router.reportHead(key, { ok: true, number: head, chainIdOk: true });
  probes.follow(router, services);
  /** Until all loops wait again. */
  const round = async () => {
    const waiting = wake;
    wake = [];
    for (const resolve of waiting) resolve();
    await vi.waitFor(() => expect(wake).toHaveLength(waiting.length));
  };
  const abilities = (key: string) => viewOf(router, key)?.abilities;
  return { router, probes, pauses, round, abilities };
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
    const { round, abilities, pauses } = probing([service('a', server.url, { capabilities: ALL })]);
    await round();
    expect(abilities('a')?.lacks).toEqual(['trace']);
    const pause = pauses.at(-1) ?? Number.NaN;
    expect(pause * 1.1).toBeLessThan(RETEST_MS);
    server.behave(result([]));
    hand.advance(pause);
    await round();
    expect(abilities('a')).toMatchObject({ lacks: [], shown: [] });
  });

  it('blame nobody, and come back soon to one that does not answer', async () => {
    const { round, router, pauses } = probing([service('gone', await closedPort(), { capabilities: ALL })]);
    await round();
    expect(viewOf(router, 'gone')).toMatchObject({ calls: 0, failures: 0, breaker: 'closed', inFlight: 0 });
    expect(pauses.at(-1)).toBeLessThan(60_000);
  });

  it('leave one alone for as long as its rate limit asks, within bounds', async () => {
    const limited = (seconds: number) =>
      node({
        eth_getBalance: rpcError({ code: -32005, message: 'rate limit' }, 429, {
          'retry-after': `${seconds}`,
        }),
      });
    const [soon, never] = [await limited(60), await limited(86_400)];
    const { round, pauses } = probing([service('soon', soon.url), service('never', never.url)]);
    await round();
    const [long = 0, longest = 0] = pauses.slice(2).sort((a, b) => a - b);
    expect(long).toBeGreaterThanOrEqual(60_000 * 0.9);
    expect(longest).toBeLessThanOrEqual(RETEST_MS);
    expect([soon.requests.length, never.requests.length]).toEqual([1, 1]);
  });

  it('take one that is slow with a long query for one without a known limit', async () => {
    const server = await node({ eth_getLogs: rpcError({ code: -32000, message: 'query timeout exceeded' }) });
    const { round, abilities, pauses } = probing([service('slow', server.url)]);
    await round();
    expect(abilities('slow')).toMatchObject({ shown: ['archive'], maxLogBlocks: undefined });
    expect(pauses.at(-1)).toBeGreaterThan(60_000);
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
    const { pauses } = probing(
      Array.from({ length: 10_000 }, (_, i) => service(`s${i}`, `http://s${i}.invalid/`)),
    );
    // At half of the chances.
    expect(Math.max(...pauses)).toBeGreaterThan(40_000);
    expect(pauses).toHaveLength(10_000);
  });

  it('begin anew for one that declares something else, and for no other change', async () => {
    const server = await node({});
    const declared = service('a', server.url, { capabilities: capabilityBits(['full', 'txpool']) });
    const { probes, router, pauses, round } = probing([service('a', server.url)]);
    await round();
    probes.follow(router, [service('a', server.url, { weight: 3 })]);
    expect(pauses).toHaveLength(2);
    probes.follow(router, [declared]);
    expect(pauses).toHaveLength(3);
    await round();
    expect(server.requests.map(({ method }) => method)).toContain('txpool_status');
    expect(server.requests.filter(({ method }) => method === 'eth_getBalance')).toHaveLength(2);
  });

  it('leave chains of other namespaces alone', () => {
    expect(probing([service('a', 'http://a.invalid/')], 1, 'solana:5eykt').pauses).toEqual([]);
  });
});
