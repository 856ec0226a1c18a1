import { describe, expect, test, vi } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import type { UpstreamOutcome } from '../upstream/outcome.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import { createHeadPoller, headReport } from './headPoller.ts';
import type { HeadReport, NetworkRouter, RouteService } from './networkRouter.ts';

const ok = (result: string): UpstreamOutcome => ({ ok: true, result: result as RawJson, latencyMs: ms(1) });
const failed: UpstreamOutcome = { ok: false, class: 'provider', reason: 'refused', latencyMs: ms(1) };

function router(reports: [string, HeadReport][], caip2 = 'eip155:1'): NetworkRouter {
  return {
    caip2: caip2 as Caip2,
    slug: 'x',
    setServices: () => undefined,
    setWeight: () => undefined,
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

function service(key: string, url = `http://${key}`): RouteService {
  return { key, label: key, tier: 'own', target: { url, allowPrivate: true }, capabilities: 1, weight: 1 };
}

/** A poller whose rounds begin when the test says so. */
function poller(answer: (url: string, method: string) => UpstreamOutcome | Promise<UpstreamOutcome>) {
  const asked: string[] = [];
  let wake: (() => void)[] = [];
  const upstream = clientOf(async ({ url }, { method }) => {
    asked.push(`${method} ${url}`);
    return answer(url, method);
  });
  const sleeps: number[] = [];
  const made = createHeadPoller({
    upstream,
    random: () => 0.5,
    intervalMs: () => ms(1_000),
    timeoutMs: () => ms(2_000),
    sleep: (time, signal) => {
      sleeps.push(time);
      return new Promise<void>((resolve, reject) => {
        wake.push(resolve);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
  });
  const nextRound = () => {
    const all = wake;
    wake = [];
    for (const resolve of all) resolve();
  };
  return { ...made, asked, sleeps, nextRound };
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
    const { follow, stop, sleeps } = poller((url) => limited(url === 'http://soon' ? 5_000 : 1e9));
    follow(router(reports), [service('soon'), service('never')]);
    await vi.waitFor(() => expect(sleeps).toHaveLength(2));
    stop();
    expect(sleeps.toSorted((a, b) => a - b)).toEqual([5_000, 60_000]);
  });

  test('asks thousands that come at once one after the other, and a few at once', async () => {
    const { follow, stop, asked, sleeps, nextRound } = poller(() => failed);
    const many = Array.from({ length: 2_100 }, (_, i) => service(`s${i}`));
    follow(router([]), many);
    expect(asked).toEqual([]);
    // In the middle of two seconds, by the test's randomness.
    expect(new Set(sleeps)).toEqual(new Set([1_000]));
    nextRound();
    await vi.waitFor(() => expect(asked).toHaveLength(2_100));
    follow(router([]), many.slice(0, 100));
    await vi.waitFor(() => expect(asked).toHaveLength(2_200));
    stop();
  });

  test('leaves chains of other namespaces alone', () => {
    const { follow, asked } = poller(() => failed);
    follow(router([], 'solana:5eykt'), [service('a')]);
    expect(asked).toEqual([]);
  });
});
