import { createServer, type Socket } from 'node:net';
import tls from 'node:tls';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { ms } from '../core/units.ts';
import {
  CA_CERTIFICATE,
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
  OTHER_CERTIFICATE,
  OTHER_KEY,
} from './certificates.fixture.ts';
import type { UpstreamClient } from './outcome.ts';
import {
  answer,
  type RawRequest,
  type RawServer,
  type RawServerArgs,
  response,
  startRawServer,
} from './rawServer.fixture.ts';
import { createUpstreamClient } from './upstreamClient.ts';

const LONG = ms(20_000);
const PATIENT = { timeout: 20_000 };
const SHORT = ms(200);
const GOOD = { cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY };
const behave = ({ id, socket }: RawRequest) => socket.write(response(answer(id)));

let client: UpstreamClient;
const servers: RawServer[] = [];

beforeEach(() => {
  client = createUpstreamClient({ clock: systemClock });
});

afterEach(async () => {
  await client.close();
  for (const server of servers.splice(0)) {
    await expect.poll(() => server.openConnections(), PATIENT).toBe(0);
    await server.close();
  }
});

async function start(args: Partial<RawServerArgs> = {}): Promise<RawServer> {
  const server = await startRawServer({ onRequest: behave, ...args });
  servers.push(server);
  return server;
}

const call = (url: string, timeoutMs = LONG, signal?: AbortSignal) =>
  client.call({ url, allowPrivate: true }, { method: 'm' }, { timeoutMs, ...(signal && { signal }) });

describe('over TLS', () => {
  const trusted = tls.getCACertificates();
  beforeAll(() => tls.setDefaultCACertificates([...trusted, CA_CERTIFICATE]));
  afterAll(() => tls.setDefaultCACertificates(trusted));

  it.each(['localhost', '127.0.0.1'])(
    'a certificate for %s lets calls through, over one connection',
    async (host) => {
      const server = await start({ tls: GOOD });
      for (let calls = 0; calls < 3; calls += 1) {
        expect(await call(`https://${host}:${server.port}/`)).toMatchObject({ ok: true });
      }
      expect(server.requests.map(({ turn }) => turn)).toEqual([0, 1, 2]);
    },
  );

  it('a certificate for another name is refused before anything is sent', async () => {
    const server = await start({ tls: { cert: OTHER_CERTIFICATE, key: OTHER_KEY } });
    const outcome = await call(`https://localhost:${server.port}/`);
    expect(outcome).toMatchObject({ ok: false, class: 'provider', reason: 'tls', unsent: true });
    expect(server.requests).toHaveLength(0);
  });

  it('a certificate that nobody vouches for is refused before anything is sent', async () => {
    tls.setDefaultCACertificates(trusted);
    const server = await start({ tls: GOOD });
    const outcome = await call(`https://localhost:${server.port}/`);
    tls.setDefaultCACertificates([...trusted, CA_CERTIFICATE]);
    expect(outcome).toMatchObject({ ok: false, reason: 'tls', unsent: true });
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ['says nothing TLS', (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['ends', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('a server that %s in the handshake failed before anything was sent', async (_name, onConnection) => {
    const server = await start({ onConnection });
    const outcome = await call(`https://127.0.0.1:${server.port}/`);
    expect(outcome).toMatchObject({ ok: false, class: 'provider', reason: 'tls', unsent: true });
  });

  it('a server that ends in the middle of its answer is a reset', async () => {
    const server = await start({ tls: GOOD, onRequest: ({ socket }) => socket.end('HTTP/1.1 200 OK\r\n') });
    const outcome = await call(`https://localhost:${server.port}/`);
    expect(outcome).toMatchObject({ ok: false, reason: 'reset' });
    expect(outcome).not.toHaveProperty('unsent');
  });
});

describe('a connection that is never made', () => {
  const silent = (server: RawServer) => `https://127.0.0.1:${server.port}/`;

  it('ends the call with its time and is itself given up', async () => {
    const server = await start();
    const outcomes = await Promise.all([call(silent(server), SHORT), call(silent(server), SHORT)]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ ok: false, reason: 'timeout', unsent: true });
    }
    // Before the 10 s after which it would be given up anyway.
    await expect.poll(() => server.openConnections(), { timeout: 8_000 }).toBe(0);
  });

  it('ends the call that its caller gives up', async () => {
    const server = await start();
    const abort = new AbortController();
    const given = call(silent(server), LONG, abort.signal);
    await expect.poll(() => server.openConnections(), PATIENT).toBe(1);
    abort.abort();
    expect(await given).toMatchObject({ ok: false, reason: 'aborted', unsent: true });
  });

  it('ends with the client', async () => {
    const server = await start();
    const given = call(silent(server));
    await expect.poll(() => server.openConnections(), PATIENT).toBe(1);
    await client.close();
    expect(await given).toMatchObject({ ok: false, reason: 'aborted', unsent: true });
    expect(await call(silent(server))).toMatchObject({ ok: false, reason: 'aborted', unsent: true });
  });

  it('to a port that nothing listens on fails every call that waits, at once', async () => {
    const gone = createServer();
    await new Promise<void>((listening) => gone.listen(0, '127.0.0.1', listening));
    const address = gone.address();
    await new Promise((closed) => gone.close(closed));
    const port = typeof address === 'object' ? address?.port : undefined;
    client = createUpstreamClient({ clock: systemClock, maxConnectionsPerEndpoint: 2 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => call(`http://127.0.0.1:${port}/`)));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ ok: false, reason: 'refused', unsent: true });
  });
});

describe('connections to one URL', () => {
  it('are no more than allowed, and every call gets its turn', async () => {
    client = createUpstreamClient({ clock: systemClock, maxConnectionsPerEndpoint: 3 });
    let most = 0;
    const server = await start({
      onRequest: (request) => {
        most = Math.max(most, server.openConnections());
        setImmediate(behave, request);
      },
    });
    const url = `http://127.0.0.1:${server.port}/`;
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => call(url)));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(most).toBe(3);
  });

  it('are its own: those of another path at the same host are others', async () => {
    const server = await start();
    for (const path of ['a', 'b?key=1', 'a', 'b?key=1']) {
      expect(await call(`http://127.0.0.1:${server.port}/${path}`)).toMatchObject({ ok: true });
    }
    expect(server.requests.map(({ turn }) => turn)).toEqual([0, 0, 1, 1]);
  });

  it('close when they are idle for long', async () => {
    let skew = 0;
    const clock = { ...systemClock, now: () => ms(systemClock.now() + skew) };
    client = createUpstreamClient({ clock });
    const server = await start();
    expect(await call(`http://127.0.0.1:${server.port}/`)).toMatchObject({ ok: true });
    skew = 60_000;
    await expect.poll(() => server.openConnections(), PATIENT).toBe(0);
  });
});

it('whatever URL a stranger registers, a call to it is an outcome', async () => {
  client = createUpstreamClient({
    clock: systemClock,
    resolve: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  const hosts = fc.oneof(fc.webAuthority({ withPort: true, withUserInfo: true }), fc.string(), fc.ipV6());
  const urls = fc
    .tuple(fc.constantFrom('http://', 'https://', 'ws://', ''), hosts, fc.string({ unit: 'binary' }))
    .map(([scheme, host, path]) => `${scheme}${host}/${path}`)
    // An address literal is not resolved: only private ones are sure to be refused without a connection.
    .filter((url) => !/^[\d.]+$|^\[[23]/.test(URL.parse(url)?.hostname ?? ''));
  await fc.assert(
    fc.asyncProperty(urls, async (url) => {
      const outcome = await client.call({ url, allowPrivate: false }, { method: 'm' }, { timeoutMs: LONG });
      expect(outcome).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/^(malformed|private-address)$/),
        unsent: true,
      });
    }),
    { numRuns: 300 },
  );
});

it('a name is tried at its other addresses when nothing listens at the first', async () => {
  // localhost is ::1 and 127.0.0.1 on most machines; only the latter listens.
  const server = await start();
  expect(await call(`http://localhost:${server.port}/`)).toMatchObject({ ok: true });
});
