import { describe, expect, it } from 'vitest';
import { encodeJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import { call, DEADLINE, polledRouter, service, viewOf } from './networkRouter.fixture.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Six services at block 100, of which two are on duty. */
function network() {
  const asked: string[] = [];
  const broken = new Set<string>();
  const upstream = clientOf(async ({ url }) => {
    const key = url.slice('http://'.length);
    asked.push(key);
    if (broken.has(key)) return { ok: false, class: 'provider', reason: 'refused', latencyMs: ms(1) };
    return { ok: true, result: encodeJson('0x1'), latencyMs: ms(1) };
  });
  const services = KEYS.map((key) => service(key, `http://${key}`));
  const router = polledRouter(services, { upstream });
  for (const key of ['a', 'b']) router.setOnDuty(key, true);
  const report = (number: number, ...keys: string[]) =>
    keys.map((key) => router.reportHead(key, { ok: true, number, chainIdOk: true }));
  const ask = async (times: number, params = '[]') => {
    const from = asked.length;
    for (let time = 0; time < times; time += 1) await router.forward(call('eth_call', params), DEADLINE);
    return new Set(asked.slice(from));
  };
  return { router, services, broken, report, ask };
}

describe('who is on duty', () => {
  it('is asked, and the others only when none of them answers', async () => {
    const { router, broken, ask } = network();
    expect(await ask(50)).toEqual(new Set(['a', 'b']));
    router.setOnDuty('a', false);
    router.setOnDuty('c', true);
    expect(await ask(50)).toEqual(new Set(['b', 'c']));
    broken.add('b').add('c');
    const answer = await router.forward(call(), DEADLINE);
    expect(answer.kind).toBe('result');
    expect(answer.attempts).toHaveLength(3);
  });

  it('says alone where the chain is', () => {
    const { router, report } = network();
    report(140, 'c', 'd', 'e', 'f');
    expect(router.agreedHead()).toBe(100);
    report(101, 'a', 'b');
    expect(router.agreedHead()).toBe(101);
  });

  it('gets no more calls of a session than others', async () => {
    const { router } = network();
    const sessions = Array.from({ length: 100 }, (_, i) => `wallet-${i}`);
    const answers = await Promise.all(
      sessions.map((session) => router.forward(call(), { ...DEADLINE, session })),
    );
    const served = new Set(answers.map(({ attempts }) => attempts[0]?.service));
    expect(served).toEqual(new Set(KEYS));
  });

  it('stands once in what is told of the ranking, before the others', () => {
    const { router } = network();
    const { services } = router.explain({ method: 'eth_call', params: undefined, session: undefined });
    expect(services.map(({ key }) => key).toSorted()).toEqual(KEYS);
    const firstTwo = services.slice(0, 2);
    expect(firstTwo.map(({ key }) => key).toSorted()).toEqual(['a', 'b']);
    expect(firstTwo.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });
});

describe('who is not on duty', () => {
  it('is not behind for having been asked long ago', async () => {
    const { router, report, broken, ask } = network();
    report(200, 'a', 'b');
    expect(viewOf(router, 'c')).toMatchObject({ head: 100, state: 'eligible' });
    broken.add('a').add('b');
    // Nor for a call that names a block of today.
    const served = await ask(20, '[{}, "0xc8"]');
    expect([...served].some((key) => 'cdef'.includes(key))).toBe(true);
  });

  it('is behind when it was at the time', () => {
    const { router, report } = network();
    report(200, 'a', 'b');
    expect(report(150, 'c')).toEqual(['lagging']);
    expect(report(195, 'd')).toEqual([undefined]);
    report(300, 'a', 'b');
    expect(viewOf(router, 'c')).toMatchObject({
      reason: 'lagging',
      because: expect.stringContaining('50 blocks behind'),
    });
    expect(viewOf(router, 'd')).toMatchObject({ state: 'eligible' });
    expect(report(299, 'c')).toEqual([undefined]);
  });

  it('is not believed far ahead of those who are', () => {
    const { report } = network();
    expect(report(10_000, 'c')).toEqual(['implausible-head']);
  });

  it('keeps its standing when it is relieved, and loses it when it is found behind on duty', () => {
    const { router, report } = network();
    router.setOnDuty('c', true);
    router.setOnDuty('b', false);
    report(130, 'a', 'c');
    expect(viewOf(router, 'b')).toMatchObject({ state: 'eligible' });
    router.setOnDuty('b', true);
    expect(report(100, 'b')).toEqual(['lagging']);
  });
});

it('when nobody is on duty any more, all say where the chain is', () => {
  const { router, report } = network();
  for (const key of ['a', 'b']) router.setOnDuty(key, false);
  report(150, ...KEYS);
  expect(router.agreedHead()).toBe(150);
});

it('services that leave while on duty are not asked, and the rest go on', async () => {
  const { router, services, ask } = network();
  router.setServices(services.filter(({ key }) => key !== 'a'));
  expect(await ask(20)).toEqual(new Set(['b']));
  router.setServices(services.filter(({ key }) => key > 'b'));
  expect([...(await ask(50))].every((key) => 'cdef'.includes(key))).toBe(true);
});
