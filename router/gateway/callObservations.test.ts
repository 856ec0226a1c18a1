import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../core/clock.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import type { FailureReason, UpstreamOutcome } from '../upstream/outcome.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import { createCallObservations, handOverRegularly } from './callObservations.ts';
import { call, DEADLINE, polledRouter, service } from './networkRouter.fixture.ts';
import type { RouteService } from './networkRouter.ts';

const SECRET = '0x5ec2e7';
const PARAMS = `["${SECRET}"]`;

const success: UpstreamOutcome = { ok: true, result: '"0x64"' as RawJson, latencyMs: ms(7) };
const failure = (
  errorClass: 'client' | 'provider' | 'capacity' | 'capability',
  reason: FailureReason,
): UpstreamOutcome => ({
  ...{ ok: false, class: errorClass, reason, latencyMs: ms(7) },
  ...(reason === 'rpc-error' && { error: '{"code":-32000,"message":"no"}' as RawJson }),
});
const BLAMED: readonly UpstreamOutcome[] = [
  failure('provider', 'reset'),
  failure('provider', 'http-status'),
  failure('provider', 'malformed'),
  failure('provider', 'timeout'),
];
const UNBLAMED: readonly UpstreamOutcome[] = [
  failure('client', 'rpc-error'),
  failure('capability', 'rpc-error'),
  failure('capacity', 'http-status'),
  failure('provider', 'too-large'),
];

/** A router whose services answer as told, and what it observes. */
function network(answers: readonly UpstreamOutcome[], more: Partial<RouteService> = {}) {
  const observations = createCallObservations({ clock: systemClock, random: Math.random });
  const asked: string[] = [];
  const upstream = clientOf(async ({ url }) => {
    asked.push(url);
    return answers[Number(url)] ?? failure('provider', 'reset');
  });
  const services = answers.map((_, index) => service(`p${index}`, String(index), more));
  const router = polledRouter(services, { upstream, hooks: observations });
  return { router, observations, asked };
}

const outcome = fc.constantFrom(success, ...BLAMED, ...UNBLAMED);
const method = fc.constantFrom(
  'eth_blockNumber',
  'eth_getBalance',
  'eth_call',
  'eth_getLogs',
  'made_up',
  'eth_sendRawTransaction',
);

test('a service is seen by what it did itself, in cheap calls that somebody answered, and nothing of the call is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(outcome, { minLength: 1, maxLength: 5 }), method, async (answers, name) => {
      const { router, observations, asked } = network(answers);
      const answer = await router.forward(call(name, PARAMS), DEADLINE);
      const taken = observations.take();
      const seen = taken.map(({ service: { key, url }, observations: each }) => {
        expect([key, each.length]).toEqual([`p${url}`, 1]);
        return { url, ...each[0] };
      });
      const isCheap = name === 'eth_blockNumber' || name === 'eth_getBalance';
      const isAnswered = answer.kind === 'result';
      const expected =
        isCheap && isAnswered
          ? asked.filter((url) => !UNBLAMED.includes(answers[Number(url)] ?? success))
          : [];
      expect(seen.map(({ url }) => url).toSorted()).toEqual(expected.toSorted());
      for (const { url, ...one } of seen) {
        const did = answers[Number(url)] ?? success;
        expect(one.outcome).toBe(did.ok ? 'ok' : did.reason === 'timeout' ? 'timeout' : 'failed');
        expect(one.head).toBe(did.ok && name === 'eth_blockNumber' ? 100 : undefined);
      }
      expect(JSON.stringify(taken)).not.toContain(SECRET);
      expect(JSON.stringify(taken)).not.toContain(name);
      expect(observations.take()).toEqual([]);
    }),
  );
});

test("the gateway's own nodes are nobody's to measure", async () => {
  const { router, observations } = network([success], { tier: 'own' });
  await router.forward(call('eth_blockNumber'), DEADLINE);
  expect(observations.take()).toEqual([]);
});

test('state of long ago takes longer and is no everyday call', async () => {
  const { router, observations } = network([success]);
  for (let head = 100; head <= 3_000; head += 60)
    router.reportHead('p0', { ok: true, number: head, chainIdOk: true });
  await router.forward(call('eth_getBalance', '["0x01","0x1"]'), DEADLINE);
  expect(observations.take()).toEqual([]);
  await router.forward(call('eth_getBalance', '["0x01","latest"]'), DEADLINE);
  expect(observations.take()).toHaveLength(1);
});

test('of a burst some calls are kept, and an endpoint that moved begins anew', async () => {
  const { router, observations } = network([success]);
  const burst = () =>
    Promise.all(Array.from({ length: 100 }, () => router.forward(call('eth_chainId'), DEADLINE)));
  await burst();
  expect(observations.take().map(({ observations: kept }) => kept.length)).toEqual([8]);
  await burst();
  router.setServices([service('p0', '0000')]);
  router.reportHead('p0', { ok: true, number: 100, chainIdOk: true });
  await router.forward(call('eth_chainId'), DEADLINE);
  expect(observations.take()).toMatchObject([
    { service: { key: 'p0', url: '0000' }, observations: [{ outcome: 'ok' }] },
  ]);
});

afterEach(() => {
  vi.useRealTimers();
});

test('who was given up for another one is not seen', async () => {
  vi.useFakeTimers();
  const clock = { now: () => ms(Date.now()), unix: systemClock.unix };
  const observations = createCallObservations({ clock, random: Math.random });
  let first: string | undefined;
  const upstream = clientOf(({ url }, _call, { signal }) => {
    first ??= url;
    if (first !== url) return Promise.resolve(success);
    return new Promise((resolve) => {
      signal?.addEventListener('abort', () => resolve(failure('provider', 'aborted')));
    });
  });
  const services = [service('a', 'a'), service('b', 'b')];
  const router = polledRouter(services, { upstream, clock, hooks: observations });
  const answer = router.forward(call('eth_chainId'), DEADLINE);
  await vi.runAllTimersAsync();
  const { kind, attempts } = await answer;
  expect([kind, attempts.map(({ reason }) => reason)]).toEqual(['result', ['timeout', 'ok']]);
  expect(observations.take().map(({ service: { key } }) => key)).toEqual([first === 'a' ? 'b' : 'a']);
});

test('it is handed over again and again, but for a time in which this process was held up', async () => {
  vi.useFakeTimers();
  let heldUpMs = 0;
  const clock = { now: () => ms(Date.now() + heldUpMs), unix: systemClock.unix };
  const { router, observations } = network([success]);
  const taken: number[] = [];
  const end = handOverRegularly(observations, clock, (calls) => taken.push(calls.length));
  const second = async () => {
    await router.forward(call('eth_chainId'), DEADLINE);
    await vi.advanceTimersByTimeAsync(1_000);
  };
  await second();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(taken).toEqual([1]);
  heldUpMs = 900;
  await second();
  expect(taken).toEqual([1]);
  await second();
  expect(taken).toEqual([1, 1]);
  end();
  await second();
  expect(taken).toEqual([1, 1]);
});
