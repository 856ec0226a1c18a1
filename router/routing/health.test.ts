import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../core/units.ts';
import {
  type CallResult,
  callAbandoned,
  callCost,
  callEnded,
  callStarted,
  freshHealth,
  type Health,
  pollAnswered,
  pollFailed,
  slowStart,
} from './health.ts';
import { DEFAULT_ROUTING } from './settings.ts';

const settings = DEFAULT_ROUTING;
const NOW = ms(1_000);
const fresh = freshHealth(settings, NOW);

const after = (result: CallResult, health: Health = fresh, now = NOW) =>
  callEnded(callStarted(health, now), result, settings, now);
const ok = (latencyMs: number): CallResult => ({ ok: true, latencyMs: ms(latencyMs) });
const failed = (errorClass: 'client' | 'provider' | 'capacity' | 'capability' | 'known'): CallResult => ({
  ok: false,
  class: errorClass,
  latencyMs: ms(1),
});

const HEAD = { number: 1, vouched: true, moving: true, trusted: false, at: NOW };

describe('health', () => {
  it('blames a service for its own failures alone', () => {
    for (const blameless of ['client', 'capability', 'known', 'capacity'] as const) {
      let health = fresh;
      for (let call = 0; call < 50; call += 1) health = after(failed(blameless), health);
      expect([health.failures, health.breaker.kind]).toEqual([0, 'closed']);
    }
    let health = fresh;
    for (let call = 0; call < settings.breaker.consecutiveFailures; call += 1)
      health = after(failed('provider'), health);
    expect(health).toMatchObject({
      failures: settings.breaker.consecutiveFailures,
      breaker: { kind: 'open' },
    });
  });

  it('holds off by Retry-After, within bounds, and by a default without it', () => {
    expect(after(failed('capacity')).heldUntil).toBe(NOW + settings.holdOffMs);
    const told = (retryAfterMs: number): CallResult =>
      ({ ...failed('capacity'), retryAfterMs: ms(retryAfterMs) }) as CallResult;
    expect(after(told(7_000)).heldUntil).toBe(NOW + 7_000);
    expect(after(told(10 ** 9)).heldUntil).toBe(NOW + settings.maxHoldOffMs);
    expect(after(failed('capacity'), after(told(7_000))).heldUntil).toBe(NOW + 7_000);
  });

  it('costs more when slower, busier or failing', () => {
    const cost = (health: Health) => callCost(health, NOW);
    const fast = after(ok(10));
    expect(cost(after(ok(100)))).toBeGreaterThan(cost(fast));
    expect(cost(callStarted(fast, NOW))).toBeGreaterThan(cost(fast));
    expect(cost(after(failed('provider'), fast))).toBeGreaterThan(cost(after(ok(900), fast)));
  });

  it('learns from a call that nobody waited for that it was slow', () => {
    const fast = callStarted(after(ok(10)), NOW);
    expect(callAbandoned(fast, ms(500), NOW).latency?.ewmaMs).toBe(500);
    expect(callAbandoned(fast, ms(1), NOW).latency?.ewmaMs).toBe(10);
  });

  it('counts polls without an answer until one answers, but no rate limits', () => {
    const silent = pollFailed(pollFailed(fresh, 'provider'), 'provider');
    expect(silent.missedPolls).toBe(2);
    expect(pollFailed(silent, 'capacity').missedPolls).toBe(2);
    expect(pollAnswered(silent, HEAD, true, ms(9_000))).toMatchObject({
      missedPolls: 0,
      chain: 'verified',
      backAt: 9_000,
    });
  });

  it('gives one that joined a tenth of its share, and all of it with time', () => {
    const share = (since: number, slowStartMs = ms(10_000)) => slowStart(fresh, slowStartMs, ms(NOW + since));
    expect([0, 500, 2_500, 9_999, 10_000, 10 ** 9].map((since) => share(since))).toEqual([
      0.1, 0.1, 0.25, 0.9999, 1, 1,
    ]);
    expect(share(0, ms(0))).toBe(1);
  });

  it('starts slowly again after its breaker closed, by a trial or by polls alone', () => {
    const { openMs } = settings.breaker;
    let broken = fresh;
    while (broken.breaker.kind === 'closed') broken = after(failed('provider'), broken);
    expect(broken.backAt).toBe(NOW);
    const later = ms(NOW + openMs);
    expect(after(ok(1), broken, later)).toMatchObject({ backAt: later, breaker: { kind: 'closed' } });
    // Its first poll after that leaves the trial to copied calls.
    expect(pollAnswered(broken, HEAD, true, later).breaker.kind).toBe('open');
    const muchLater = ms(NOW + 3 * openMs);
    expect(pollAnswered(broken, HEAD, true, muchLater)).toMatchObject({
      backAt: muchLater,
      breaker: { kind: 'closed' },
    });
    expect(after(failed('capacity'), broken, later)).toMatchObject({
      backAt: NOW,
      breaker: { kind: 'open' },
    });
  });

  it('never loses count of the calls in flight', () => {
    const end = fc.constantFrom('ok', 'provider', 'capacity', 'client', 'abandon', 'none');
    fc.assert(
      fc.property(fc.array(end), (ends) => {
        let health = fresh;
        let open = 0;
        for (const how of ends) {
          health = callStarted(health, NOW);
          if (how === 'none') open += 1;
          else if (how === 'abandon') health = callAbandoned(health, ms(5), NOW);
          else health = callEnded(health, how === 'ok' ? ok(1) : failed(how as 'client'), settings, NOW);
        }
        expect([health.inFlight, health.calls]).toEqual([open, ends.length]);
      }),
    );
  });
});
