import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorClass } from '../core/errorClass.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import { DEFAULT_ROUTING, type RoutingSettings } from '../routing/settings.ts';
import type { UpstreamCall, UpstreamOutcome } from '../upstream/outcome.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import { call, DEADLINE, handClock, polledRouter, service, viewOf } from './networkRouter.fixture.ts';
import type { RouterHooks } from './networkRouter.ts';

const ok = (result: string): UpstreamOutcome => ({ ok: true, result: result as RawJson, latencyMs: ms(1) });
const broken: UpstreamOutcome = { ok: false, class: 'provider', reason: 'reset', latencyMs: ms(1) };

const refusal = (of: ErrorClass): UpstreamOutcome => ({
  ...{ ok: false, class: of, reason: 'rpc-error', latencyMs: ms(1) },
  error: '{"code":-32000,"message":"what is that?"}' as RawJson,
});

type Node = (call: UpstreamCall) => UpstreamOutcome | Promise<UpstreamOutcome>;

/** A network of nodes that answer as they are told; all stand at block 100. The first is the operator's own. */
function network(
  nodes: Record<string, Node>,
  more: { ownFirst?: boolean; settings?: Partial<RoutingSettings>; hooks?: RouterHooks } = {},
) {
  const visits: string[] = [];
  const { clock, advance } = handClock();
  const upstream = clientOf(async ({ url }, asked) => {
    visits.push(url);
    return (await nodes[url]?.(asked)) ?? broken;
  });
  const names = Object.keys(nodes);
  const services = names.map((name, index) =>
    service(name, name, { tier: more.ownFirst && index === 0 ? 'own' : 'network' }),
  );
  const router = polledRouter(services, { upstream, clock, ...more });
  const ask = async (method: string, params = '[]', session?: string) => {
    visits.length = 0;
    const answer = await router.forward(call(method, params), { ...DEADLINE, session });
    return answer.kind === 'result' ? answer.result : answer.error;
  };
  const poll = (name: string, number: number) =>
    router.reportHead(name, { ok: true, number, chainIdOk: true });
  return { router, ask, poll, visits, advance, nodes, names };
}

const HASH = `0x${'ab'.repeat(32)}`;
const BLOCK = ['eth_getBlockByNumber', '["0x60",false]'] as const;

describe('a null for a block that the network has', () => {
  it('is nobody’s answer as long as one service has the block', async () => {
    const none = () => ok('null');
    const { ask } = network({ a: none, b: none, c: none, d: () => ok('{"number":"0x60"}') });
    for (let calls = 0; calls < 20; calls += 1) expect(await ask(...BLOCK)).toBe('{"number":"0x60"}');
  });

  it('is the answer when all say so, after one visit to each, and of nobody’s fault', async () => {
    const { ask, visits, router } = network({ a: () => ok('null'), b: () => ok('null') });
    expect(await ask(...BLOCK)).toBe('null');
    expect(visits.toSorted()).toEqual(['a', 'b']);
    expect(router.services().map((view) => view.failures)).toEqual([0, 0]);
  });

  it('is better than an error', async () => {
    const { ask } = network({ a: () => ok('null'), b: () => broken });
    expect(await ask(...BLOCK)).toBe('null');
  });

  it.each<[string, UpstreamOutcome]>([
    ['has an error for it', refusal('client')],
    ['says that it has no such block', refusal('capability')],
    ['fails', broken],
  ])(
    'is nobody’s answer when the next one %s, and the one with the block only just came back',
    async (_name, outcome) => {
      const nodes = { a: () => ok('null'), b: () => outcome, c: () => ok('1') };
      const { ask, router, visits } = network(nodes, { ownFirst: true });
      for (let polls = 0; polls < 2; polls += 1) router.reportHead('c', { ok: false, class: 'provider' });
      for (let calls = 0; calls < 10; calls += 1) {
        expect(await ask(...BLOCK)).toBe('1');
        expect(visits).toContain('c');
      }
    },
  );

  it('is passed on where nobody can know: a block to come, a transaction', async () => {
    const { ask, visits } = network({ a: () => ok('null'), b: () => ok('1') }, { ownFirst: true });
    expect(await ask('eth_getTransactionReceipt', '["0xab"]')).toBe('null');
    expect(visits).toEqual(['a']);
    expect(await ask('eth_getBlockByNumber', '["0x70",false]')).toBe('null');
  });

  it('for the newest one is nobody’s answer either: there is always a newest block', async () => {
    const none = () => ok('null');
    const { ask } = network({ a: none, b: none, c: none, d: () => ok('{"number":"0x64"}') });
    for (let calls = 0; calls < 20; calls += 1) {
      expect(await ask('eth_getBlockByNumber', '["latest",false]')).toBe('{"number":"0x64"}');
    }
  });
});

describe('a null for a block’s hash', () => {
  const BY_HASH: [string, string] = ['eth_getBlockByHash', `["${HASH}",false]`];
  const NODES = 10;
  const nulls = Object.fromEntries(Array.from({ length: NODES }, (_, at) => [`n${at}`, () => ok('null')]));

  it.each<[string, string]>([
    BY_HASH,
    ['eth_getBlockReceipts', `["${HASH}"]`],
    ['eth_getBlockReceipts', `[{"blockHash":"${HASH}"}]`],
    ['eth_getBlockTransactionCountByHash', `["${HASH}"]`],
    ['eth_getUncleCountByBlockHash', `["${HASH}"]`],
    ['eth_getBlockByNumber', '["finalized",false]'],
  ])(
    'of %s %s is nobody’s answer as long as one service has the block, however often that is',
    async (method, params) => {
      const { ask } = network({ ...nulls, good: () => ok('1') });
      for (let calls = 0; calls < 200; calls += 1) expect(await ask(method, params)).toBe('1');
    },
  );

  it('is believed when all say so, and of hashes that lead nowhere all the time, when three do', async () => {
    const { ask, visits, advance } = network(nulls);
    expect(await ask(...BY_HASH)).toBe('null');
    expect(visits).toHaveLength(NODES);
    let asked = 0;
    for (let calls = 0; calls < 100; calls += 1) {
      expect(await ask(...BY_HASH)).toBe('null');
      asked += visits.length;
    }
    expect(visits).toHaveLength(3);
    expect(asked).toBeLessThan(100 * 3 + 200);
    advance(60_000);
    await ask(...BY_HASH);
    expect(visits).toHaveLength(NODES);
  });

  it('waits no longer than usual for one that hangs', async () => {
    const hung = () => new Promise<never>(() => {});
    const { ask, router } = network({ a: () => ok('null'), hung }, { settings: { stallMs: ms(20) } });
    expect(await ask(...BY_HASH)).toBe('null');
    expect(router.services().map((view) => view.inFlight)).toEqual([0, 0]);
  });
});

describe('a null where there is always a value', () => {
  const null_ = () => ok('null');

  it.each(['eth_call', 'eth_getBalance', 'eth_gasPrice', 'eth_feeHistory', 'eth_estimateGas', 'net_version'])(
    'of %s is nobody’s answer as long as one service has one',
    async (method) => {
      const { ask, visits } = network({ a: null_, b: null_, c: null_, d: () => ok('"0x1"') });
      for (let calls = 0; calls < 20; calls += 1) expect(await ask(method)).toBe('"0x1"');
      const none = network({ a: null_, b: null_ });
      expect(await none.ask(method)).toBe('null');
      expect(visits.length).toBeGreaterThan(0);
    },
  );

  it('of the chain’s id and its newest block is put right at once, as all that is no number', async () => {
    for (const junk of ['null', '"soon"', '{"number":"0x64"}', '100', '"0x"']) {
      const { ask, visits } = network({ a: () => ok(junk), b: () => ok(junk) });
      expect(await ask('eth_blockNumber')).toBe('"0x64"');
      expect(await ask('eth_chainId')).toBe('"0x1"');
      expect(visits).toHaveLength(1);
    }
  });

  it('of the newest block is asked of all while no poll has been answered', async () => {
    const ofChain =
      (node: Node): Node =>
      (asked) =>
        asked.method === 'eth_chainId' ? ok('"0x1"') : node(asked);
    const { ask, router, names } = network({
      a: ofChain(null_),
      b: ofChain(null_),
      c: ofChain(() => ok('"0x7"')),
    });
    router.setServices([]);
    router.setServices(names.map((name) => service(name, name)));
    for (let calls = 0; calls < 10; calls += 1) expect(await ask('eth_blockNumber')).toBe('"0x7"');
  });
});

describe('the newest block', () => {
  it('never goes backwards, without asking twice', async () => {
    const { ask, visits } = network({ a: () => ok('"0x66"'), b: () => ok('"0x64"') });
    let highest = 0;
    for (let calls = 0; calls < 30; calls += 1) {
      const number = Number(JSON.parse(await ask('eth_blockNumber')));
      expect(visits).toHaveLength(1);
      expect(number).toBeGreaterThanOrEqual(highest);
      highest = number;
    }
    expect(highest).toBe(0x66);
  });

  it('is not that of services that are stuck or far ahead', async () => {
    const { ask } = network({
      stuck: () => ok('"0x1"'),
      liar: () => ok('"0xffffff"'),
      good: () => ok('"0x64"'),
    });
    for (let calls = 0; calls < 20; calls += 1) expect(await ask('eth_blockNumber')).toBe('"0x64"');
  });

  it('is known without any good service, from the polls', async () => {
    const { ask } = network({ stuck: () => ok('"0x1"'), liar: () => ok('"0xffffff"') });
    expect(await ask('eth_blockNumber')).toBe('"0x64"');
  });

  it('is asked of another service when one has an older block than was told', async () => {
    const { ask } = network({ old: () => ok('{"number":"0x63"}'), good: () => ok('{"number":"0x65"}') });
    const seen = new Set<string>();
    for (let calls = 0; calls < 30; calls += 1) {
      const block = await ask('eth_getBlockByNumber', '["latest",false]');
      if (seen.has('{"number":"0x65"}')) expect(block).toBe('{"number":"0x65"}');
      seen.add(block);
    }
  });

  it('comes from services at the head more often than from those behind', async () => {
    const { ask, poll, visits } = network({ a: () => ok('1'), b: () => ok('1') });
    for (const number of [101, 102, 103, 104]) poll('a', number);
    let ahead = 0;
    for (let calls = 0; calls < 400; calls += 1) {
      await ask('eth_gasPrice');
      if (visits[0] === 'a') ahead += 1;
    }
    expect(ahead).toBeGreaterThan(250);
    expect(ahead).toBeLessThan(400);
  });
});

describe('the chain id', () => {
  it('is the network’s own, also of a node that was moved to another chain since its last poll', async () => {
    const { ask, visits } = network(
      { moved: () => ok('"0x2"'), good: () => ok('"0x1"') },
      { ownFirst: true },
    );
    expect(await ask('eth_chainId')).toBe('"0x1"');
    expect(visits).toEqual(['moved']);
  });

  it('is told also when all nodes were moved', async () => {
    const { ask } = network({ a: () => ok('"0x2"'), b: () => ok('"0x3"') });
    expect(await ask('eth_chainId')).toBe('"0x1"');
  });
});

describe('a session', () => {
  it('stays on one service, moves on when that one fails, and comes back', async () => {
    const nodes = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, () => ok('1')]));
    const { ask, visits, nodes: told } = network(nodes);
    const where = async () => {
      await ask('eth_getTransactionCount', '["0xab","latest"]', 'wallet-1');
      return visits.at(-1);
    };
    const home = await where();
    for (let calls = 0; calls < 20; calls += 1) expect(await where()).toBe(home);
    if (home === undefined) throw new Error('nobody was asked');
    told[home] = () => broken;
    const next = await where();
    expect(next).not.toBe(home);
    for (let calls = 0; calls < 20; calls += 1) expect(await where()).toBe(next);
  });

  it('goes to own upstreams first, and spreads over services', async () => {
    const nodes = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, () => ok('1')]));
    const own = network(nodes, { ownFirst: true });
    const spread = network(nodes);
    const seen = new Set<string | undefined>();
    for (let session = 0; session < 40; session += 1) {
      await own.ask('eth_gasPrice', '[]', `wallet-${session}`);
      expect(own.visits).toEqual(['a']);
      await spread.ask('eth_gasPrice', '[]', `wallet-${session}`);
      seen.add(spread.visits[0]);
    }
    expect(seen.size).toBe(3);
  });
});

describe('trials of an open breaker', () => {
  const { consecutiveFailures, openMs } = DEFAULT_ROUTING.breaker;

  async function withOpenBreaker(hooks: RouterHooks = {}) {
    const made = network({ flaky: () => broken, good: () => ok('1') }, { ownFirst: true, hooks });
    for (let calls = 0; calls < consecutiveFailures; calls += 1) await made.ask('eth_gasPrice');
    expect(viewOf(made.router, 'flaky')?.breaker).toBe('open');
    return made;
  }

  it.each([
    ['a call that acts', 'eth_sendTransaction', '[{}]'],
    ['a heavy read', 'eth_getLogs', '[{}]'],
    ['a read that few nodes offer', 'trace_block', '["0x1"]'],
    ['a long read', 'eth_call', `["${'x'.repeat(3_000)}"]`],
  ])('are no copies of %s', async (_name, method, params) => {
    const { ask, visits, advance } = await withOpenBreaker();
    advance(openMs + 1);
    await ask(method, params);
    expect(visits.filter((name) => name === 'flaky')).toEqual([]);
  });

  it('are told to the hook, apart from users’ calls', async () => {
    const probes: [string, boolean][] = [];
    const hooks: RouterHooks = { onProbe: ({ label }, outcome) => probes.push([label, outcome.ok]) };
    const { ask, advance, nodes } = await withOpenBreaker(hooks);
    expect(probes).toEqual([]);
    for (const [wait, isBack] of [
      [openMs, false],
      [2 * openMs, true],
    ] as const) {
      if (isBack) nodes.flaky = () => ok('1');
      advance(wait + 1);
      await ask('eth_gasPrice');
      await expect.poll(() => probes.at(-1)?.[1]).toBe(isBack);
    }
    expect(probes).toEqual([
      ['flaky', false],
      ['flaky', true],
    ]);
  });

  it('are made by the polls where there is no traffic', async () => {
    const { router, poll, advance } = await withOpenBreaker();
    advance(openMs + 1);
    poll('flaky', 100);
    expect(viewOf(router, 'flaky')?.breaker).toBe('open');
    advance(2 * openMs);
    poll('flaky', 100);
    expect(viewOf(router, 'flaky')).toMatchObject({ breaker: 'closed', state: 'eligible' });
  });

  it('wait while the service asked to come back later, or its polls find nothing', async () => {
    const { ask, visits, router, advance } = await withOpenBreaker();
    router.reportHead('flaky', { ok: false, class: 'provider' });
    advance(openMs + 1);
    await ask('eth_gasPrice');
    expect(visits).toEqual(['good']);
  });

  it('are one at a time, whatever comes, and users’ calls never go to the service while others can', async () => {
    const event = fc.constantFrom('call', 'wait', 'answer', 'fail', 'poll');
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
        const made = await withOpenBreaker();
        const open: ((outcome: UpstreamOutcome) => void)[] = [];
        made.nodes.flaky = () => new Promise((resolve) => open.push(resolve));
        for (const what of events) {
          const isOpen = viewOf(made.router, 'flaky')?.breaker !== 'closed';
          if (what === 'wait') made.advance(openMs);
          if (what === 'poll') made.poll('flaky', 100);
          if (what === 'answer' || what === 'fail') {
            open.pop()?.(what === 'answer' ? ok('1') : broken);
            await Promise.resolve();
          }
          // A trial that was never heard of again is given up; here all are heard of within an opening.
          if (what !== 'call' || !isOpen || open.length > 0) continue;
          expect(await made.ask('eth_gasPrice')).toBe('1');
          expect(made.visits[0]).toBe('good');
          expect(open.length).toBeLessThanOrEqual(1);
        }
        for (const resolve of open) resolve(broken);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a network whose services all fail', () => {
  it('is not run down: each call tries the least bad two, and the first answer ends that', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { ask, visits, nodes, advance } = network(
      Object.fromEntries(names.map((name) => [name, () => broken])),
    );
    for (let calls = 0; calls < 30; calls += 1) await ask('eth_gasPrice');
    expect(visits).toHaveLength(2);
    // They take turns, so that one that is back is found.
    nodes.c = () => ok('1');
    let answered = false;
    for (let calls = 0; calls < 20 && !answered; calls += 1) {
      advance(1);
      answered = (await ask('eth_gasPrice')) === '1';
    }
    expect(answered).toBe(true);
    expect(await ask('eth_gasPrice')).toBe('1');
  });

  it('asks every eligible service before it gives up', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `node-${index}`);
    const { ask, visits, nodes } = network(Object.fromEntries(names.map((name) => [name, () => broken])));
    nodes['node-11'] = () => ok('1');
    expect(await ask('eth_gasPrice')).toBe('1');
    expect(new Set(visits).size).toBe(visits.length);
    nodes['node-11'] = () => broken;
    await ask('eth_gasPrice');
    expect(visits).toHaveLength(12);
  });
});
