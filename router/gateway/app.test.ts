import { describe, expect, test } from 'vitest';
import type { RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import type { CallAnswer } from './answerBody.ts';
import { startApp as start } from './app.fixture.ts';
import type { Attempt } from './networkRouter.ts';
import type { RoutePage } from './routePage.ts';

const CALL = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}';
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":"ok"}';

describe('POST /:network', () => {
  test.each([
    ['wallet_1.a:b-2', 'wallet_1.a:b-2'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), undefined],
    ['two words', undefined],
    ['', undefined],
  ])('with the session %j', async (sent, session) => {
    const { asked, post } = start();
    expect((await post('/1', CALL, { 'x-din-session': sent })).statusCode).toBe(200);
    expect(asked).toMatchObject([{ session }]);
  });

  test.each(['/ethereum', '/eip155:1', '/eip155%3A1', '/1', '/ethereum/', '/ethereum?x=1'])(
    '%s',
    async (url) => {
      const response = await start().post(url, CALL);
      expect(response.statusCode).toBe(200);
      expect(response.headers['content-type']).toBe('application/json');
      expect(response.body).toBe(ANSWER);
    },
  );

  test.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'no/such; thing', ''])(
    'takes the content type %j',
    async (type) => {
      const response = await start().post('/ethereum', CALL, type === '' ? {} : { 'content-type': type });
      expect(response.body).toBe(ANSWER);
    },
  );

  test('an unknown network is 404, with every id kept, and says where the networks are listed', async () => {
    const { post, asked } = start();
    const single = await post('/nowhere', CALL);
    expect(single.statusCode).toBe(404);
    expect(single.json()).toMatchObject({
      id: 1,
      error: { message: expect.stringContaining('GET /status') },
    });
    const batch = await post('/nowhere', `[${CALL},${CALL}]`);
    expect(batch.statusCode).toBe(404);
    expect(batch.json()).toHaveLength(2);
    const notification = await post('/nowhere', '{"jsonrpc":"2.0","method":"m"}');
    expect(notification.json()).toMatchObject({ id: null, error: { code: -32600 } });
    expect(asked).toEqual([]);
  });

  test("an unknown network's name is not repeated", async () => {
    const response = await start().post('/%3Cscript%3Ealert(1)', CALL);
    expect(response.statusCode).toBe(404);
    expect(response.body).not.toContain('script');
  });

  test.each(['/', '/a/b', '/ethereum/x', `/${'a'.repeat(2_000)}`, '/%ff', '/%2e%2e%2fetc'])(
    'the odd path %s is refused and breaks nothing',
    async (url) => {
      const { post } = start();
      const response = await post(url, CALL);
      expect(response.statusCode).toBeGreaterThanOrEqual(400);
      expect(response.statusCode).toBeLessThan(500);
      expect(response.json()).toHaveProperty('error');
      expect((await post('/ethereum', CALL)).body).toBe(ANSWER);
    },
  );

  test('too large a body is 413 with the limit, as JSON-RPC', async () => {
    const { post, asked } = start();
    const response = await post('/ethereum', CALL + ' '.repeat(1_024));
    expect(response.statusCode).toBe(413);
    expect(response.json()).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32600, message: 'Request body is larger than 1024 bytes' },
    });
    expect(asked).toEqual([]);
  });

  test('no body at all is a parse error', async () => {
    const response = await start().app.inject({ method: 'POST', url: '/ethereum' });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ id: null, error: { code: -32700 } });
  });

  test('a notification is executed and answered by 204 without a body', async () => {
    const { post, asked } = start();
    const response = await post('/ethereum', '{"jsonrpc":"2.0","method":"eth_chainId"}');
    expect([response.statusCode, response.body]).toEqual([204, '']);
    expect(asked).toHaveLength(1);
  });

  test('what nodes write in UTF-8 comes through byte for byte', async () => {
    const text = Buffer.from('"ünï\\u0041 日本"');
    const { post } = start(async () => ({ kind: 'result', result: text.toString('latin1') as RawJson }));
    const response = await post('/ethereum', CALL);
    expect(response.rawPayload.includes(text)).toBe(true);
  });

  test('an error of our own shows nothing of its cause', async () => {
    const { post, lines } = start(() => Promise.reject(new Error('secret')));
    const response = await post('/ethereum', CALL);
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ error: { code: -32603, message: 'Internal error' } });
    expect(response.body).not.toContain('secret');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', event: 'request_failed' });
  });
});

describe('request ids', () => {
  test("a plain one of the client's is kept, for the answer and the log", async () => {
    const { post, asked } = start();
    const response = await post('/ethereum', CALL, { 'x-request-id': 'wallet-7' });
    expect(response.headers['x-request-id']).toBe('wallet-7');
    expect(asked[0]?.requestId).toBe('wallet-7');
  });

  test.each([['a b'], ['x'.repeat(65)], ['<b>'], ['']])('%j is replaced', async (id) => {
    const response = await start().post('/ethereum', CALL, { 'x-request-id': id });
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f]{12}-[0-9a-z]+$/);
  });
});

describe('routing details', () => {
  const WANTED = { 'x-din-details': '1' };
  const attempt = (of: Partial<Attempt>): Attempt => ({
    service: '0xabcd…ef12',
    reason: 'ok',
    afterMs: ms(0),
    latencyMs: ms(10),
    ...of,
  });

  test('nobody who did not ask gets them', async () => {
    const { headers } = await start(undefined, [attempt({})]).post('/ethereum', CALL);
    expect(Object.keys(headers).filter((name) => /^(x-din|server-timing)/.test(name))).toEqual([]);
  });

  test('name the service that answered, the attempts and where the time went', async () => {
    const failed = attempt({ service: 'own-1', reason: 'reset', class: 'provider', latencyMs: ms(5) });
    const answered = attempt({ afterMs: ms(6), latencyMs: ms(10) });
    const { headers } = await start(undefined, [failed, answered]).post('/ethereum', CALL, WANTED);
    expect(headers).toMatchObject({
      'x-din-service': '0xabcd...ef12',
      'x-din-attempts': '2',
      'x-din-hedged': '0',
      'server-timing': expect.stringMatching(/^upstream;dur=15, gateway;dur=\d+(\.\d+)?$/),
    });
    expect(String(headers['access-control-expose-headers'])).toContain('x-din-service');
  });

  test('a service that was joined while it was silent is a hedge; time of two at once counts once', async () => {
    const silent = attempt({ service: 'slow', reason: 'timeout', class: 'provider', latencyMs: ms(30) });
    const { headers } = await start(undefined, [silent, attempt({ afterMs: ms(20) })]).post(
      '/1',
      CALL,
      WANTED,
    );
    expect(headers).toMatchObject({ 'x-din-hedged': '1', 'x-din-attempts': '2' });
    expect(headers['server-timing']).toContain('upstream;dur=30,');
  });

  test('several services at once are no hedge for a transaction', async () => {
    const body = CALL.replace('eth_chainId', 'eth_sendRawTransaction');
    const { headers } = await start(undefined, [attempt({}), attempt({})]).post('/1', body, WANTED);
    expect(headers).toMatchObject({ 'x-din-hedged': '0', 'x-din-attempts': '2' });
  });

  test('parts of one call side by side are no hedge, and nobody answered it alone', async () => {
    const parts = [attempt({ part: 0 }), attempt({ part: 1, afterMs: ms(1) })];
    const answer = async () => ({ kind: 'result' as const, result: '[]' as RawJson, parts: 2 });
    const { headers } = await start(answer, parts).post('/1', CALL, WANTED);
    expect(headers).toMatchObject({ 'x-din-parts': '2', 'x-din-attempts': '2', 'x-din-hedged': '0' });
    expect(headers).not.toHaveProperty('x-din-service');
    const joined = [...parts, attempt({ part: 1, afterMs: ms(5) })];
    const { headers: hedged } = await start(answer, joined).post('/1', CALL, WANTED);
    expect(hedged).toMatchObject({ 'x-din-hedged': '1' });
  });

  test('nobody is named when nobody answered', async () => {
    const none = [attempt({ reason: 'refused', class: 'provider' })];
    const answer = async (): Promise<CallAnswer> => ({ kind: 'error', error: '{}' as RawJson });
    const { headers } = await start(answer, none).post('/1', CALL, WANTED);
    expect(headers).toMatchObject({ 'x-din-attempts': '1' });
    expect(headers).not.toHaveProperty('x-din-service');
  });

  test('of a batch there are counts alone', async () => {
    const { headers } = await start(undefined, [attempt({})]).post('/1', `[${CALL},${CALL}]`, WANTED);
    expect(headers).toMatchObject({ 'x-din-attempts': '2', 'x-din-hedged': '0' });
    expect(headers).not.toHaveProperty('x-din-service');
    expect(headers).not.toHaveProperty('server-timing');
  });
});

describe('browsers', () => {
  test('a preflight is allowed from everywhere', async () => {
    const response = await start().app.inject({
      method: 'OPTIONS',
      url: '/eip155:1',
      headers: { origin: 'https://dapp.example', 'access-control-request-method': 'POST' },
    });
    expect(response.statusCode).toBe(204);
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': expect.stringContaining('content-type'),
    });
  });

  test.each(['/ethereum', '/nowhere'])('the answer of %s may be read', async (url) => {
    const response = await start().post(url, CALL, { origin: 'https://dapp.example' });
    expect(response.headers['access-control-allow-origin']).toBe('*');
  });
});

describe('operators', () => {
  test('/healthz says that the process answers, ready or not', async () => {
    const { app, state } = start();
    state.readiness = { ready: false, reasons: ['draining'], set: null };
    const response = await app.inject('/healthz');
    expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok' }]);
  });

  test('/readyz is 200 or 503 with the reasons', async () => {
    const { app, state } = start();
    expect((await app.inject('/readyz')).statusCode).toBe(200);
    state.readiness = { ready: false, reasons: ['no eligible service'], set: null };
    const response = await app.inject('/readyz');
    expect(response.statusCode).toBe(503);
    expect(response.json()).toEqual(state.readiness);
  });

  test('/status is JSON', async () => {
    expect((await start().app.inject('/status')).json()).toMatchObject({ version: '1.2.3', networks: [] });
  });

  test('/status/route shows the first twenty and counts the rest, and all when asked', async () => {
    const { app, questions } = start();
    const params = encodeURIComponent('[{"to":"0x00"}, "0x1b4"]');
    const url = `/status/route?network=ethereum&method=eth_call&params=${params}&session=a.b`;
    const page = (await app.inject(url)).json<RoutePage>();
    expect(questions).toEqual([
      { network: 'ethereum', method: 'eth_call', params: '[{"to":"0x00"}, "0x1b4"]', session: 'a.b' },
    ]);
    expect(page).toMatchObject({
      network: { caip2: 'eip155:1', slug: 'ethereum', head: null },
      counts: { services: 30, eligible: 25, byReason: { silent: 5 } },
      omitted: 10,
    });
    expect(page.ranking).toHaveLength(20);
    expect(page.ranking[0]).toMatchObject({ place: 1, label: 'service 0', share: 0.333333, cost: 1.23 });
    const whole = (await app.inject(`${url}&all=1`)).json<RoutePage>();
    expect([whole.ranking.length, whole.omitted]).toEqual([30, 0]);
    expect(whole.ranking[29]).toMatchObject({
      state: 'ineligible',
      reason: 'silent',
      because: 'it is silent',
      remedy: 'wait',
    });
  });

  test('/status/route names the networks to who asks for another', async () => {
    const response = await start().app.inject('/status/route?network=etherum&method=eth_call');
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ code: 'UNKNOWN_NETWORK', networks: ['ethereum'] });
  });

  test.each([
    ['', 'network'],
    ['network=a%20b&method=m', 'network'],
    ['network=a&network=b&method=m', 'network'],
    ['network=a', 'method'],
    [`network=a&method=${'m'.repeat(129)}`, 'method'],
    ['network=a&method=m&params=1', 'params'],
    ['network=a&method=m&params=[', 'params'],
    ['network=a&method=m&params=[]&params=[]', 'params'],
    [`network=a&method=m&params=${'['.repeat(15_000)}`, 'params'],
    ['network=a&method=m&session=two%20words', 'session'],
    ['network=a&method=m&session=a&session=b', 'session'],
    ['network=a&method=m&all=yes', 'all'],
  ])('/status/route refuses the question %j', async (query, field) => {
    const { app, questions } = start();
    const response = await app.inject(`/status/route?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      code: 'BAD_QUESTION',
      error: expect.stringMatching(`^${field}: `),
    });
    expect(questions).toEqual([]);
  });

  test.each(['', 'id=0x12', `id=0x${'g'.repeat(40)}`, `id=0x${'1'.repeat(40)}&id=0x${'2'.repeat(40)}`])(
    '/status/provider refuses the question %j',
    async (query) => {
      const response = await start().app.inject(`/status/provider?${query}`);
      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ code: 'BAD_QUESTION' });
    },
  );

  test('/status/provider says when a provider is not known', async () => {
    const response = await start().app.inject(`/status/provider?id=0x${'1'.repeat(40)}`);
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ code: 'UNKNOWN_PROVIDER' });
  });

  test('/metrics counts answers and refusals', async () => {
    const { app, post } = start();
    await post('/ethereum', CALL);
    await post('/ethereum', '{');
    await post('/nowhere', CALL);
    const { body, headers } = await app.inject('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('din_http_responses_total{route="/:network",status="200"} 2');
    expect(body).toContain('din_http_responses_total{route="/:network",status="404"} 1');
    expect(body).toContain('din_requests_refused_total{kind="parse-error"} 1');
    expect(body).toContain('din_requests_refused_total{kind="unknown-network"} 1');
  });

  test('a page that is none says how to call', async () => {
    const response = await start().app.inject('/ethereum');
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ hint: expect.stringContaining('POST /<network>') });
  });

  test('while draining each answer asks its client to leave', async () => {
    const { post, state } = start();
    expect((await post('/ethereum', CALL)).headers.connection).not.toBe('close');
    state.draining = true;
    expect((await post('/ethereum', CALL)).headers.connection).toBe('close');
  });
});
