import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../core/clock.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import type { UpstreamClient } from './outcome.ts';
import {
  type Behaviour,
  body,
  closedPort,
  dropMidBody,
  hang,
  hangMidBody,
  type RpcServer,
  reset,
  result,
  rpcError,
  startRpcServer,
} from './rpcServer.fixture.ts';
import { createUpstreamClient } from './upstreamClient.ts';

const MAX_RESPONSE_BYTES = 10_000;
const LONG = ms(20_000);
const SHORT = ms(150);

let client: UpstreamClient;
let server: RpcServer;

beforeEach(async () => {
  client = createUpstreamClient({
    clock: systemClock,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    resolve: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  server = await startRpcServer(result('0x1'));
});

afterEach(async () => {
  await client.close();
  await server.close();
});

const call = (url = server.url, timeoutMs = LONG, signal?: AbortSignal) =>
  client.call(
    { url, allowPrivate: true },
    { method: 'eth_call', params: '[]' as RawJson },
    { timeoutMs, ...(signal && { signal }) },
  );

describe('a good answer', () => {
  it('passes through byte for byte', async () => {
    const raw = '{"b":1.0,"a":123456789012345678901234567890,"b":"é\\u00e9"}';
    server.behave(body(`{ "id" : ID , "result" : ${raw} , "jsonrpc":"2.0" }`));
    const outcome = await call();
    expect(outcome).toMatchObject({ ok: true, result: Buffer.from(raw).toString('latin1') });
  });

  it('may be null', async () => {
    server.behave(result(null));
    expect(await call()).toMatchObject({ ok: true, result: 'null' });
  });

  it('may have an error of null beside it', async () => {
    server.behave(body('{"jsonrpc":"2.0","id":ID,"result":5,"error":null}'));
    expect(await call()).toMatchObject({ ok: true, result: '5' });
  });

  it('follows a request with an id of our own and the parameters as sent', async () => {
    const params = '[1.0,{"é":"\\u00e9"}]';
    const seen: string[] = [];
    server.behave((request, response, message) => {
      seen.push(String(message.headers['accept-encoding']));
      result(request.params)(request, response, message);
    });
    const target = { url: server.url, allowPrivate: true };
    const latin1 = Buffer.from(params).toString('latin1') as RawJson;
    await client.call(target, { method: 'm', params: latin1 }, { timeoutMs: LONG });
    await client.call(target, { method: 'n' }, { timeoutMs: LONG });
    expect(server.requests).toEqual([
      { jsonrpc: '2.0', id: expect.any(Number), method: 'm', params: JSON.parse(params) },
      { jsonrpc: '2.0', id: expect.any(Number), method: 'n' },
    ]);
    expect(server.requests[0]?.id).not.toBe(server.requests[1]?.id);
    expect(seen).toEqual(['identity', 'identity']);
  });

  it('ends its connection when the caller has no more use for it', async () => {
    const ended = new Promise<void>((resolve) => {
      server.behave((request, response, message) => {
        message.socket.once('close', () => resolve());
        result(1)(request, response, message);
      });
    });
    const target = { url: server.url, allowPrivate: true };
    const outcome = await client.call(target, { method: 'm', keep: false }, { timeoutMs: LONG });
    expect(outcome).toMatchObject({ ok: true, result: '1' });
    await ended;
  });

  it('is got over kept connections the next times', async () => {
    const ports = new Set<number | undefined>();
    server.behave((request, response, message) => {
      ports.add(message.socket.remotePort);
      result(1)(request, response, message);
    });
    for (let calls = 0; calls < 10; calls += 1) await call();
    // A connection counts as free one turn after its answer: two may take turns.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('is got with the credentials of an own URL', async () => {
    let header: string | undefined;
    server.behave((request, response, message) => {
      header = message.headers.authorization;
      result(1)(request, response, message);
    });
    expect(await call(server.url.replace('//', '//user:p%40ss@'))).toMatchObject({ ok: true });
    expect(header).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
  });
});

describe('a fault', () => {
  const faults: [string, Behaviour, object][] = [
    ['a reset', reset, { class: 'provider', reason: 'reset' }],
    ['a drop in the middle of the body', dropMidBody, { class: 'provider', reason: 'reset' }],
    ['status 500', body('oops', 500), { class: 'provider', reason: 'http-status', httpStatus: 500 }],
    ['HTML', body('<html>just a moment</html>'), { class: 'provider', reason: 'malformed' }],
    ['half an answer', body('{"jsonrpc":"2.0","id":ID,"resu'), { class: 'provider', reason: 'malformed' }],
    ['an empty answer', body(''), { class: 'provider', reason: 'malformed' }],
    [
      'neither result nor error',
      body('{"jsonrpc":"2.0","id":ID}'),
      { class: 'provider', reason: 'malformed' },
    ],
    ['a result for another', body('{"jsonrpc":"2.0","id":9999999,"result":1}'), { reason: 'wrong-id' }],
    ['a result without id', body('{"jsonrpc":"2.0","result":1}'), { reason: 'wrong-id' }],
    ['an error for another', body('{"id":9999999,"error":{"code":3,"message":"x"}}'), { reason: 'wrong-id' }],
    ['a result and an error', body('{"id":ID,"result":1,"error":{"code":3}}'), { reason: 'malformed' }],
    ['an error without code or message', body('{"id":ID,"error":{}}'), { reason: 'malformed' }],
    [
      'an answer too large, announced',
      body('x'.repeat(MAX_RESPONSE_BYTES + 1), 200, { 'content-length': String(MAX_RESPONSE_BYTES + 1) }),
      { class: 'provider', reason: 'too-large' },
    ],
    [
      'an answer too large',
      body('x'.repeat(MAX_RESPONSE_BYTES + 1)),
      { class: 'provider', reason: 'too-large' },
    ],
    [
      'headers too large',
      body('{}', 200, { 'x-large': 'x'.repeat(20_000) }),
      { class: 'provider', reason: 'too-large' },
    ],
    [
      'a rate in words instead of JSON-RPC',
      body('{"error":"rate limit exceeded"}'),
      { class: 'capacity', reason: 'malformed' },
    ],
    ['429 with HTML', body('<html>', 429), { class: 'capacity', reason: 'http-status', httpStatus: 429 }],
  ];
  it.each(faults)('is told apart: %s', async (_name, behaviour, expected) => {
    server.behave(behaviour);
    const outcome = await call();
    expect(outcome).toMatchObject({ ok: false, ...expected });
    expect(outcome).not.toHaveProperty('error');
  });

  it('of a node that compresses unasked is not unpacked', async () => {
    server.behave((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000_000)));
    });
    expect(await call()).toMatchObject({ ok: false, class: 'provider', reason: 'malformed' });
  });

  it.each([
    ['before the headers', hang],
    ['in the middle of the body', hangMidBody],
  ])('of a node that hangs %s ends with the time given', async (_name, behaviour) => {
    server.behave(behaviour);
    expect(await call(server.url, SHORT)).toMatchObject({ ok: false, class: 'provider', reason: 'timeout' });
  });

  it('of a body that drips for ever ends with the time given', async () => {
    server.behave((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });
    expect(await call(server.url, SHORT)).toMatchObject({ ok: false, reason: 'timeout' });
  });

  it('of a node that answers no HTTP is malformed', async () => {
    const junk = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    });
    junk.listen(0, '127.0.0.1');
    await once(junk, 'listening');
    const outcome = await call(`http://127.0.0.1:${(junk.address() as AddressInfo).port}`);
    junk.close();
    expect(outcome).toMatchObject({ ok: false, class: 'provider', reason: 'malformed' });
  });

  it('of a port that nothing listens on is known at once', async () => {
    expect(await call(await closedPort())).toMatchObject({ ok: false, class: 'provider', reason: 'refused' });
  });

  it('of TLS is named', async () => {
    const outcome = await call(server.url.replace('http:', 'https:'));
    expect(outcome).toMatchObject({ ok: false, class: 'provider', reason: 'tls' });
  });

  it.each(['ftp://127.0.0.1/', 'file:///etc/passwd', 'not a url', ''])(
    'of the URL %j is an outcome',
    async (url) => {
      expect(await call(url)).toMatchObject({ ok: false, class: 'provider', reason: 'malformed' });
    },
  );

  it('of a closed client is an outcome', async () => {
    await client.close();
    expect(await call()).toMatchObject({ ok: false, class: 'provider' });
  });

  it('does not spoil the next call', async () => {
    server.behave(dropMidBody);
    await call();
    server.behave(result(7));
    expect(await call()).toMatchObject({ ok: true, result: '7' });
  });
});

describe('Retry-After', () => {
  it('is read in seconds', async () => {
    server.behave(rpcError({ code: -32005, message: 'slow' }, 429, { 'retry-after': '2' }));
    expect(await call()).toMatchObject({ class: 'capacity', reason: 'rpc-error', retryAfterMs: 2_000 });
  });

  it('is read as a date', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    server.behave(body('', 503, { 'retry-after': date }));
    const outcome = await call();
    expect(outcome).toMatchObject({ class: 'provider', httpStatus: 503, retryAfterMs: expect.any(Number) });
  });

  it('that means nothing is left out', async () => {
    server.behave(body('', 429, { 'retry-after': '-1' }));
    expect(await call()).not.toHaveProperty('retryAfterMs');
  });
});

describe('a redirect', () => {
  it('is a failure and is not followed', async () => {
    const other = await startRpcServer(result('elsewhere'));
    server.behave(body('', 307, { location: other.url }));
    const outcome = await call();
    await other.close();
    expect(outcome).toMatchObject({ ok: false, class: 'provider', reason: 'http-status', httpStatus: 307 });
    expect(other.requests).toHaveLength(0);
  });
});

describe('a private address', () => {
  const guarded = (url: string) =>
    client.call({ url, allowPrivate: false }, { method: 'eth_call' }, { timeoutMs: LONG });

  it.each(['127.0.0.1', '2130706433', '0x7f.1', '127.1', '[::ffff:127.0.0.1]'])(
    'written as %s is refused before connecting',
    async (host) => {
      const outcome = await guarded(server.url.replace('127.0.0.1', host));
      expect(outcome).toMatchObject({ ok: false, class: 'provider', reason: 'private-address' });
      expect(server.requests).toHaveLength(0);
    },
  );

  it.each(['http:', 'https:'])('that a name resolves to is refused (%s)', async (protocol) => {
    const url = server.url.replace('127.0.0.1', 'node.example').replace('http:', protocol);
    expect(await guarded(url)).toMatchObject({ ok: false, class: 'provider', reason: 'private-address' });
    expect(server.requests).toHaveLength(0);
  });

  it('is refused also after an allowed call has opened a connection to it', async () => {
    const url = server.url.replace('127.0.0.1', 'localhost');
    expect(await call(url)).toMatchObject({ ok: true });
    expect(await guarded(url)).toMatchObject({ reason: 'private-address' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a caller who gives up', () => {
  it('gets an outcome at once, and the node sees the connection end', async () => {
    const abort = new AbortController();
    const closed = new Promise<void>((resolve) => {
      server.behave((_request, response) => {
        response.on('close', resolve);
        abort.abort();
      });
    });
    expect(await call(server.url, LONG, abort.signal)).toMatchObject({ ok: false, reason: 'aborted' });
    await closed;
  });

  it('before the start sends nothing', async () => {
    expect(await call(server.url, LONG, AbortSignal.abort())).toMatchObject({ reason: 'aborted' });
    expect(server.requests).toHaveLength(0);
  });

  it('while waiting for a free connection never has its request sent', async () => {
    const narrow = createUpstreamClient({ clock: systemClock, maxConnectionsPerEndpoint: 1 });
    const target = { url: server.url, allowPrivate: true };
    const first = new Promise<() => void>((resolve) => {
      server.behave((request, response, message) => resolve(() => result(1)(request, response, message)));
    });
    const served = narrow.call(target, { method: 'first' }, { timeoutMs: LONG });
    const answer = await first;
    expect(await narrow.call(target, { method: 'second' }, { timeoutMs: SHORT })).toMatchObject({
      reason: 'timeout',
    });
    server.behave(result(1));
    answer();
    expect(await served).toMatchObject({ ok: true });
    expect(await narrow.call(target, { method: 'third' }, { timeoutMs: LONG })).toMatchObject({ ok: true });
    await narrow.close();
    expect(server.requests.map((request) => request.method)).toEqual(['first', 'third']);
  });
});

interface Case {
  name: string;
  method: string;
  http: number;
  headers?: Record<string, string>;
  error?: unknown;
  body?: string;
  class: string;
}

const fixture: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../test/fixtures/provider-errors.json', import.meta.url), 'utf8'),
);

describe('a real failure over HTTP', () => {
  it.each(fixture.cases)('$name is class $class', async (failing) => {
    const { error, body: text, http, headers } = failing;
    server.behave(text === undefined ? rpcError(error, http, headers) : body(text, http, headers));
    const target = { url: server.url, allowPrivate: true };
    const outcome = await client.call(target, { method: failing.method }, { timeoutMs: LONG });
    expect(outcome).toMatchObject({ ok: false, class: failing.class });
    if (error !== undefined) {
      const raw = Buffer.from(JSON.stringify(error)).toString('latin1');
      expect(outcome).toMatchObject({ reason: 'rpc-error', error: raw });
    }
  });
});
