import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorClass } from '../core/errorClass.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import type { FailureReason, UpstreamOutcome } from '../upstream/outcome.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import { call, DEADLINE, polledRouter, service } from './networkRouter.fixture.ts';

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
        const fake = clientOf(async (target) => {
          visits.push(target.url);
          return outcomes[visits.length % outcomes.length] as UpstreamOutcome;
        });
        const services = Array.from({ length: count }, (_, index) =>
          service(String(index), `http://node-${index}.example`, { tier: index % 2 ? 'own' : 'network' }),
        );
        const router = polledRouter(services, { upstream: fake, settings: { maxAttempts } });
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
