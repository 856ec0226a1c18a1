import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../core/clock.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import { DEFAULT_ROUTING } from '../routing/settings.ts';
import type { UpstreamOutcome } from '../upstream/outcome.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import { call, DEADLINE, polledRouter, service } from './networkRouter.fixture.ts';

const USUAL_MS = 20;
const SLOW_MS = 1_500;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Services of which every so many-th call hangs for long. */
function network(slowEvery: number, session?: string) {
  const clock = { now: () => ms(Date.now()), unix: systemClock.unix };
  let asked = 0;
  const upstream = clientOf(
    (_target, _call, { signal }) =>
      new Promise<UpstreamOutcome>((resolve) => {
        asked += 1;
        const latencyMs = ms(asked % slowEvery === 0 ? SLOW_MS : USUAL_MS);
        const timer = setTimeout(() => resolve({ ok: true, result: '1' as RawJson, latencyMs }), latencyMs);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve({ ok: false, class: 'provider', reason: 'aborted', latencyMs });
        });
      }),
  );
  const router = polledRouter([service('a', 'a'), service('b', 'b'), service('c', 'c')], { upstream, clock });
  const measure = async (method: string, count: number) => {
    asked = 0;
    const spans: number[] = [];
    const services = new Set<string | undefined>();
    for (let calls = 0; calls < count; calls += 1) {
      const start = Date.now();
      const answer = router.forward(call(method), { ...DEADLINE, session });
      await vi.advanceTimersToNextTimerAsync();
      let done = false;
      void answer.then(({ attempts }) => {
        done = true;
        services.add(attempts.find(({ reason }) => reason === 'ok')?.service);
      });
      await Promise.resolve();
      while (!done) await vi.advanceTimersToNextTimerAsync();
      spans.push(Date.now() - start);
    }
    spans.sort((one, other) => one - other);
    const [p99 = 0, worst = 0] = [spans[Math.floor(count * 0.99)], spans.at(-1)];
    return { asked, p99, worst, services: services.size };
  };
  return { measure, router };
}

describe('a second service for a slow read', () => {
  it('spares users the slowest answers', async () => {
    const { measure } = network(33);
    const { p99, asked } = await measure('eth_call', 1_000);
    expect(p99).toBeLessThanOrEqual(DEFAULT_ROUTING.minHedgeDelayMs + USUAL_MS);
    expect(asked).toBeLessThan(1_000 * 1.1);
  });

  it('comes for no more than a share of the reads when all are slow', async () => {
    const { measure } = network(1);
    const { asked, worst } = await measure('eth_call', 400);
    expect(asked).toBeLessThanOrEqual(400 * (1 + DEFAULT_ROUTING.hedgeShare) + 21);
    expect(worst).toBeLessThanOrEqual(SLOW_MS);
  });

  it('never comes for a call that acts', async () => {
    const { measure } = network(2);
    const { asked, worst } = await measure('eth_sendTransaction', 200);
    expect([asked, worst]).toEqual([200, SLOW_MS]);
  });

  it('never comes before it must within a session: the other one may not have its transaction', async () => {
    const { measure } = network(33, 'wallet-1');
    const { services, worst } = await measure('eth_getTransactionCount', 500);
    expect([services, worst]).toEqual([1, SLOW_MS]);
  });

  it('is never one that should not be asked while another is at work, and hangs on for longer when there is none', async () => {
    const { measure, router } = network(33);
    for (const key of ['a', 'b']) router.reportHead(key, { ok: true, number: 100, chainIdOk: false });
    for (let number = 101; number < 200; number += 1) {
      router.reportHead('c', { ok: true, number, chainIdOk: true });
    }
    for (const key of ['a', 'b']) router.reportHead(key, { ok: true, number: 100, chainIdOk: true });
    expect(router.services().map(({ reason }) => reason)).toEqual(['lagging', 'lagging', undefined]);
    const { services, worst, asked } = await measure('eth_call', 500);
    expect([services, worst, asked]).toEqual([1, SLOW_MS, 500]);
  });
});
