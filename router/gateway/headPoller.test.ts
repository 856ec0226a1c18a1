import { describe, expect, test, vi } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import type { UpstreamCall, UpstreamOutcome } from '../upstream/outcome.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import { createHeadPoller, headReport } from './headPoller.ts';
import { handClock } from './networkRouter.fixture.ts';
import type { HeadReport, NetworkRouter, RouteService } from './networkRouter.ts';

const ok = (result: string): UpstreamOutcome => ({ ok: true, result: result as RawJson, latencyMs: ms(1) });
const failed: UpstreamOutcome = { ok: false, class: 'provider', reason: 'refused', latencyMs: ms(1) };

function router(reports: [string, HeadReport][], caip2 = 'eip155:1'): NetworkRouter {
  return {
    caip2: caip2 as Caip2,
    slug: 'x',
    setServices: () => undefined,
    setWeight: () => undefined,
    setOnDuty: () => undefined,
    setSettings: () => undefined,
    forward: () => Promise.reject(new Error('not asked here')),
    reportHead: (key, report) => void reports.push([key, report]),
    services: () => [],
    hasEligible: () => false,
    agreedHead: () => undefined,
    logBlocks: () => undefined,
    reportFindings: () => undefined,
    explain: () => {
      throw new Error('not asked here');
    },
  };
}

function service(key: string, url = `http://${key}`, tier: RouteService['tier'] = 'own'): RouteService {
  return { key, label: key, tier, target: { url, allowPrivate: true }, capabilities: 1, weight: 1 };
}

/** A poller whose time moves by hand: its rounds are a second apart. */
function poller(
  answer: (url: string, method: string) => UpstreamOutcome | Promise<UpstreamOutcome>,
  random = () => 0.5,
) {
  const asked: string[] = [];
  const calls: UpstreamCall[] = [];
  const upstream = clientOf(async ({ url }, call) => {
    asked.push(`${call.method} ${url}`);
    calls.push(call);
    return answer(url, call.method);
  });
  const { clock, timer, advance } = handClock();
  const onDuty = new Map<string, boolean>();
  const made = createHeadPoller({
    ...{ upstream, random, clock, timer },
    intervalMs: () => ms(1_000),
    timeoutMs: () => ms(2_000),
    onDuty: (_, key, isOnDuty) => void onDuty.set(key, isOnDuty),
  });
  const follow = (of: NetworkRouter, services: readonly RouteService[]) => {
    made.follow(of, services);
    advance(0);
  };
  const nextRound = () => advance(1_000);
  return { follow, stop: made.stop, asked, calls, onDuty, advance, nextRound };
}

describe('headReport', () => {
  test.each([
    ['the head of the right chain', ok('"0x10"'), ok('"0x1"'), { ok: true, number: 16, chainIdOk: true }],
    ['the head of a wrong chain', ok('"0x10"'), ok('"0x2"'), { ok: true, number: 16, chainIdOk: false }],
    ['a chain id that is known already', ok('"0x10"'), undefined, { ok: true, number: 16, chainIdOk: true }],
    ['no head', failed, ok('"0x1"'), { ok: false, class: 'provider' }],
    ['no chain id', ok('"0x10"'), failed, { ok: false, class: 'provider' }],
    ['null as head', ok('null'), ok('"0x1"'), { ok: false, class: 'provider' }],
    ['a head without end', ok(`"0x${'f'.repeat(64)}"`), ok('"0x1"'), { ok: false, class: 'provider' }],
    ['words for a head', ok('"latest"'), ok('"0x1"'), { ok: false, class: 'provider' }],
  ])('%s', (_, head, chain, report) => {
    expect(headReport(head, chain, 1)).toEqual(report);
  });
});

describe('headPoller', () => {
  test('asks for the chain id once, and again after a failure', async () => {
    let up = true;
    const reports: [string, HeadReport][] = [];
    const { follow, stop, asked, nextRound } = poller((_, method) => {
      if (!up) return failed;
      return ok(method === 'eth_chainId' ? '"0x1"' : '"0x5"');
    });
    follow(router(reports), [service('a')]);
    await vi.waitFor(() => expect(reports).toHaveLength(1));
    nextRound();
    await vi.waitFor(() => expect(reports).toHaveLength(2));
    expect(asked.filter((line) => line.startsWith('eth_chainId'))).toHaveLength(1);
    up = false;
    nextRound();
    await vi.waitFor(() => expect(reports).toHaveLength(3));
    up = true;
    nextRound();
    await vi.waitFor(() => expect(reports).toHaveLength(4));
    stop();
    expect(asked.filter((line) => line.startsWith('eth_chainId'))).toHaveLength(2);
    expect(reports.map(([, report]) => report.ok)).toEqual([true, true, false, true]);
  });

  test('asks for the chain id again after some polls, and at once when the head jumps', async () => {
    const reports: [string, HeadReport][] = [];
    let head = 5;
    let chain = '"0x1"';
    const { follow, stop, asked, nextRound } = poller((_, method) =>
      ok(method === 'eth_chainId' ? chain : `"0x${head.toString(16)}"`),
    );
    follow(router(reports), [service('a')]);
    let round = 0;
    const rounds = async (count: number) => {
      for (let each = 0; each < count; each += 1) {
        if (round > 0) nextRound();
        round += 1;
        await vi.waitFor(() => expect(reports).toHaveLength(round));
      }
    };
    const checks = () => asked.filter((line) => line.startsWith('eth_chainId')).length;
    await rounds(10);
    expect(checks()).toBe(1);
    await rounds(10);
    expect(checks()).toBe(2);
    head = 9_000;
    chain = '"0x2"';
    await rounds(1);
    expect(checks()).toBe(3);
    expect(reports.at(-1)).toEqual(['a', { ok: true, number: 9_000, chainIdOk: false }]);
    stop();
  });

  test('a hung service gathers no polls and holds up no other', async () => {
    const reports: [string, HeadReport][] = [];
    const { follow, stop, asked, nextRound } = poller((url, method) => {
      if (url === 'http://hung') return new Promise<UpstreamOutcome>(() => undefined);
      return ok(method === 'eth_chainId' ? '"0x1"' : '"0x5"');
    });
    follow(router(reports), [service('hung'), service('well')]);
    for (let round = 1; round <= 5; round += 1) {
      await vi.waitFor(() => expect(reports).toHaveLength(round));
      nextRound();
    }
    stop();
    expect(asked.filter((line) => line === 'eth_blockNumber http://hung')).toHaveLength(1);
  });

  test('follows the services as they come, go and move', async () => {
    const reports: [string, HeadReport][] = [];
    const { follow, stop, asked, nextRound } = poller((_, method) =>
      ok(method === 'eth_chainId' ? '"0x1"' : '"0x5"'),
    );
    const network = router(reports);
    follow(network, [service('a'), service('b')]);
    await vi.waitFor(() => expect(reports).toHaveLength(2));
    follow(network, [service('a', 'http://moved'), service('c')]);
    await vi.waitFor(() => expect(reports).toHaveLength(4));
    nextRound();
    await vi.waitFor(() => expect(reports).toHaveLength(6));
    stop();
    expect(reports.slice(2).map(([key]) => key)).toEqual(['a', 'c', 'a', 'c']);
    expect(asked).toContain('eth_chainId http://moved');
    expect(asked.filter((line) => line.endsWith('http://b'))).toHaveLength(2);
  });

  test('waits as long as a rate limit asks, within bounds', async () => {
    const limited = (retryAfterMs: number): UpstreamOutcome => ({
      ok: false,
      class: 'capacity',
      reason: 'http-status',
      retryAfterMs: ms(retryAfterMs),
      latencyMs: ms(1),
    });
    const reports: [string, HeadReport][] = [];
    const { follow, stop, asked, advance } = poller((url) => limited(url === 'http://soon' ? 5_000 : 1e9));
    follow(router(reports), [service('soon'), service('never')]);
    await vi.waitFor(() => expect(reports).toHaveLength(2));
    advance(4_999);
    expect(asked).toHaveLength(2);
    advance(1);
    await vi.waitFor(() => expect(reports).toHaveLength(3));
    expect(asked.at(-1)).toBe('eth_blockNumber http://soon');
    const ofNever = () => asked.filter((line) => line.endsWith('http://never'));
    advance(54_999);
    expect(ofNever()).toHaveLength(1);
    advance(1);
    expect(ofNever()).toHaveLength(2);
    stop();
  });

  test('asks a few that come at once at once, and thousands one after the other', async () => {
    const { follow, stop, asked, advance } = poller(() => new Promise<UpstreamOutcome>(() => undefined));
    follow(
      router([]),
      Array.from({ length: 2_100 }, (_, i) => service(`s${i}`)),
    );
    expect(asked).toHaveLength(100);
    advance(1_000);
    expect(asked).toHaveLength(1_100);
    advance(1_000);
    expect(asked).toHaveLength(2_100);
    stop();
  });

  describe('of a large network', () => {
    const SECONDS = 60;
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => service(`s${i}`, `http://s${i}`, 'network'));

    /** Every answer has come before the next second. */
    async function seconds(advance: (by: number) => void, count: number) {
      for (let second = 0; second < count; second += 1) {
        for (let tenth = 0; tenth < 10; tenth += 1) {
          advance(100);
          await new Promise(setImmediate);
        }
      }
    }
    const well = (_: string, method: string) => ok(method === 'eth_chainId' ? '"0x1"' : '"0x5"');
    const random = () => {
      let state = 1;
      return () => {
        state = (state * 48_271) % 2_147_483_647;
        return state / 2_147_483_647;
      };
    };

    test('polls some often, and each of the others in turn, at a rate that does not grow with them', async () => {
      const { follow, stop, asked, calls, onDuty, advance } = poller(well, random());
      follow(router([]), many(3_000));
      await seconds(advance, SECONDS);
      stop();
      const polls = asked.filter((line) => line.startsWith('eth_blockNumber'));
      // 64 each second, and ten times ten of the others.
      expect(polls.length / SECONDS).toBeGreaterThan(100);
      expect(polls.length / SECONDS).toBeLessThan(180);
      expect(new Set(polls).size).toBe(3_000);
      expect([...onDuty.values()].filter((isOnDuty) => isOnDuty)).toHaveLength(64);
      // Nobody holds a connection open for a poll a minute later.
      const once = calls.filter(({ keep }) => keep === false);
      expect(once.length).toBeGreaterThan(2_900);
    });

    test('has others on duty after some time, and polls who comes on duty at once', async () => {
      const { follow, stop, asked, onDuty, advance } = poller(well, random());
      follow(router([]), many(500));
      const dutiful = () => [...onDuty].flatMap(([key, isOnDuty]) => (isOnDuty ? [key] : []));
      await seconds(advance, 2);
      const first = dutiful();
      await seconds(advance, SECONDS);
      const later = dutiful();
      expect(later).toHaveLength(64);
      const came = later.filter((key) => !first.includes(key));
      expect(came.length).toBeGreaterThan(5);
      const before = asked.length;
      await seconds(advance, 2);
      stop();
      const polled = new Set(asked.slice(before).map((line) => line.split('//')[1]));
      for (const key of came) expect(polled).toContain(key);
    });

    test('relieves who is ill for who is well', async () => {
      const isDead = (url: string) => Number(url.slice('http://s'.length)) % 2 === 0;
      const onDuty = new Set<string>();
      const network = {
        ...router([]),
        reportHead: (_key: string, report: HeadReport) => (report.ok ? undefined : ('silent' as const)),
        setOnDuty: (key: string, isOnDuty: boolean) => {
          if (isOnDuty) onDuty.add(`http://${key}`);
          else onDuty.delete(`http://${key}`);
        },
      };
      const { follow, stop, advance } = poller(
        (url, method) => (isDead(url) ? failed : well(url, method)),
        random(),
      );
      follow(network, many(400));
      expect([...onDuty].filter(isDead).length).toBeGreaterThan(16);
      await seconds(advance, 10);
      stop();
      expect(onDuty.size).toBe(64);
      expect([...onDuty].filter(isDead).length).toBeLessThan(8);
    });

    test('has all on duty again when it has shrunk', async () => {
      const { follow, stop, asked, onDuty, advance, nextRound } = poller(well, random());
      const network = router([]);
      follow(network, many(65));
      await seconds(advance, 1);
      expect([...onDuty.values()].filter((isOnDuty) => isOnDuty)).toHaveLength(64);
      follow(network, many(64));
      expect([...onDuty.values()].filter((isOnDuty) => isOnDuty)).toHaveLength(0);
      await seconds(advance, 1);
      const before = asked.length;
      for (let round = 0; round < 2; round += 1) {
        nextRound();
        await new Promise(setImmediate);
      }
      stop();
      expect(new Set(asked.slice(before).map((line) => line.split('//')[1])).size).toBe(64);
    });

    test('never has own nodes wait', async () => {
      const { follow, stop, asked, advance } = poller(well, random());
      follow(router([]), [service('own'), ...many(3_000)]);
      await seconds(advance, 20);
      stop();
      const ofOwn = asked.filter((line) => line === 'eth_blockNumber http://own');
      expect(ofOwn.length).toBeGreaterThanOrEqual(18);
    });
  });

  test('leaves chains of other namespaces alone', () => {
    const { follow, asked } = poller(() => failed);
    follow(router([], 'solana:5eykt'), [service('a')]);
    expect(asked).toEqual([]);
  });
});
