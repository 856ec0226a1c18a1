import { once } from 'node:events';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../core/clock.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import type { UpstreamClient } from './outcome.ts';
import {
  answer,
  type RawRequest,
  type RawServer,
  response,
  startRawServer,
  withHead,
} from './rawServer.fixture.ts';
import { createUpstreamClient } from './upstreamClient.ts';

/*
 * Nodes that break the rules of HTTP, as real TCP servers. Whatever they do ends in an outcome, spoils no later call
 * and leaves no socket behind.
 */

const LONG = ms(20_000);
const PATIENT = { timeout: 20_000 };
const SHORT = ms(200);

let client: UpstreamClient;
let server: RawServer;
let misbehave: (request: RawRequest) => void;
const behave = ({ id, socket }: RawRequest) => socket.write(response(answer(id, '"right"')));

beforeEach(async () => {
  client = createUpstreamClient({ clock: systemClock, maxResponseBytes: 100_000 });
  misbehave = behave;
  server = await startRawServer({ onRequest: (request) => misbehave(request) });
});

afterEach(async () => {
  await client.close();
  await expect.poll(() => server.openConnections(), PATIENT).toBe(0);
  await server.close();
});

const call = (timeoutMs = LONG, options: { repeatable?: boolean; signal?: AbortSignal } = {}) =>
  client.call(
    { url: `http://127.0.0.1:${server.port}/path?key=1`, allowPrivate: true },
    { method: 'eth_call', params: '[]' as RawJson, repeatable: options.repeatable ?? false },
    { timeoutMs, ...(options.signal && { signal: options.signal }) },
  );

/** Makes the server answer every request with these bytes, ID replaced by the request's, as long as the word. */
const write = (bytes: string, then: 'stay' | 'end' | 'reset' = 'stay') => {
  misbehave = ({ id, socket }) => {
    socket.write(bytes.replaceAll('ID', id.padStart(2)), 'latin1', () => {
      if (then === 'end') socket.end();
      if (then === 'reset') socket.resetAndDestroy();
    });
  };
};

async function expectUnspoilt(options?: { repeatable: boolean }) {
  misbehave = behave;
  expect(await call(LONG, options)).toMatchObject({ ok: true, result: '"right"' });
  expect(await call(LONG, options)).toMatchObject({ ok: true, result: '"right"' });
}

const OK = 'HTTP/1.1 200 OK';
const GOOD = '{"jsonrpc":"2.0","id":ID,"result":"0x1"}';
const CHUNKED = [OK, 'transfer-encoding: chunked'];

describe('an answer of a strange form is taken', () => {
  const strange: [string, string, ('stay' | 'end')?][] = [
    ['until the connection closes', withHead([OK], GOOD), 'end'],
    ['in HTTP/1.0', withHead(['HTTP/1.0 200 OK'], GOOD), 'end'],
    ['in chunks with extensions and trailers', withHead(CHUNKED, `2;x=y\r\n{}\r\n0\r\na: b\r\n\r\n`)],
    ['after interim responses', `HTTP/1.1 103 x\r\n\r\nHTTP/1.1 100 x\r\n\r\n${withHead([OK], GOOD)}`, 'end'],
  ];
  it.each(strange)('%s', async (_name, bytes, then) => {
    write(bytes, then);
    // What the chunks hold is no answer: it was read to its end, and that is what counts here.
    expect(await call()).toMatchObject(
      bytes.includes('{}') ? { reason: 'malformed' } : { ok: true, result: '"0x1"' },
    );
    await expectUnspoilt();
  });

  it('in pieces cut at any places', async () => {
    const cuts = fc.array(fc.nat(200), { minLength: 1, maxLength: 6 });
    const chunkedBody = (body: string, size: number) => {
      const chunks = body.match(new RegExp(`.{1,${size}}`, 'gs')) ?? [];
      const text = chunks.map((chunk) => `${chunk.length.toString(16)};ext\r\n${chunk}\r\n`).join('');
      return withHead([...CHUNKED, 'trailer: x'], `${text}0\r\nx: y\r\n\r\n`);
    };
    await fc.assert(
      fc.asyncProperty(cuts, fc.option(fc.integer({ min: 1, max: 60 })), async (places, chunkSize) => {
        misbehave = async ({ id, socket }) => {
          const body = answer(id, '{"b":1.0,"a":"x"}');
          const bytes = chunkSize === null ? response(body) : chunkedBody(body, chunkSize);
          const edges = [
            ...places.map((at) => Math.min(at, bytes.length)).sort((a, b) => a - b),
            bytes.length,
          ];
          let from = 0;
          for (const to of edges) {
            if (to > from)
              await new Promise((written) => socket.write(bytes.slice(from, to), 'latin1', written));
            // The next piece leaves in a later turn.
            await new Promise(setImmediate);
            from = to;
          }
        };
        expect(await call()).toMatchObject({ ok: true, result: '{"b":1.0,"a":"x"}' });
      }),
      { numRuns: 60 },
    );
    // Kept all the time: none of that made the client give up a connection.
    expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(1);
  });
});

describe('a broken answer', () => {
  const broken: [string, string, 'stay' | 'end' | 'reset', string][] = [
    ['the end at once', '', 'end', 'reset'],
    ['a reset at once', '', 'reset', 'reset'],
    ['the end within the status line', 'HTTP/1.1 2', 'end', 'reset'],
    ['the end within the headers', `${OK}\r\ncontent-le`, 'end', 'reset'],
    ['the end within the body', withHead([OK, 'content-length: 50'], GOOD), 'end', 'reset'],
    ['the end within a chunk', withHead(CHUNKED, 'ff\r\n{"id"'), 'end', 'reset'],
    ['the end before the last chunk', withHead(CHUNKED, '2\r\n{}\r\n'), 'end', 'reset'],
    ['a reset within the body', withHead([OK, 'content-length: 50'], GOOD), 'reset', 'reset'],
    ['half an answer that ends with the connection', withHead([OK], GOOD.slice(0, -5)), 'end', 'malformed'],
    ['a length too short', withHead([OK, 'content-length: 20'], GOOD), 'stay', 'malformed'],
    ['a length of nothing', withHead([OK, 'content-length: 0'], GOOD), 'stay', 'malformed'],
    ['a negative length', withHead([OK, 'content-length: -1'], GOOD), 'stay', 'malformed'],
    ['a huge length', withHead([OK, 'content-length: 99999999999'], GOOD), 'stay', 'too-large'],
    [
      'conflicting lengths',
      withHead([OK, 'content-length: 5', 'content-length: 6'], GOOD),
      'stay',
      'malformed',
    ],
    ['length and chunks', withHead([...CHUNKED, 'content-length: 5'], '0\r\n\r\n'), 'stay', 'malformed'],
    ['NUL bytes', '\0\0\0\0', 'stay', 'malformed'],
    ['NUL in a header', withHead([OK, 'a: \0'], GOOD), 'stay', 'malformed'],
    ['NUL in the body', response(GOOD.replace('0x1', '\0')), 'stay', 'malformed'],
    ['no UTF-8', response(GOOD.replace('0x1', '\xff')), 'stay', 'malformed'],
    ['an invalid status line', 'HTTP/1.1 OK\r\n\r\n', 'stay', 'malformed'],
    ['HTTP/2 unasked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'stay', 'malformed'],
    ['a header bomb', `${OK}\r\n${'a: b\r\n'.repeat(10_000)}\r\n`, 'stay', 'too-large'],
    ['one endless header', `${OK}\r\na: ${'b'.repeat(20_000)}`, 'stay', 'too-large'],
    ['no body where there is none', withHead(['HTTP/1.1 204 No Content']), 'stay', 'malformed'],
    ['not modified', withHead(['HTTP/1.1 304 Not Modified']), 'stay', 'http-status'],
    [
      'a redirect',
      withHead(['HTTP/1.1 302 x', 'location: http://127.0.0.1:1/', 'content-length: 0']),
      'stay',
      'http-status',
    ],
    [
      'a compressed body',
      withHead([OK, 'content-encoding: gzip', 'content-length: 50']),
      'stay',
      'malformed',
    ],
    ['a compressed body unannounced', response(gzipSync(GOOD).toString('latin1')), 'stay', 'malformed'],
    ['an answer to another question', response(answer('77777777')), 'stay', 'wrong-id'],
  ];
  it.each(broken)('%s', async (_name, bytes, then, reason) => {
    write(bytes, then);
    const outcome = await call();
    expect(outcome).toMatchObject({ ok: false, class: 'provider', reason });
    expect(outcome).not.toHaveProperty('unsent');
    await expectUnspoilt();
  });

  it.each([
    ['headers', `${OK}\r\n`, 'a: b\r\n'],
    ['interim responses', '', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a body', withHead([OK]), 'x'.repeat(1_000)],
    ['chunks', withHead(CHUNKED), '1;x\r\n \r\n'],
    ['trailers', withHead(CHUNKED, '0\r\n'), 'a: b\r\n'],
  ])('without end is cut: %s', async (_name, start, more) => {
    misbehave = async ({ socket }) => {
      socket.write(start);
      while (!socket.destroyed) {
        socket.write(more.repeat(20));
        await new Promise(setImmediate);
      }
    };
    expect(await call()).toMatchObject({ ok: false, reason: 'too-large' });
    await expectUnspoilt();
  });

  it('that drips ends with the time given', async () => {
    misbehave = ({ socket }) => {
      const drops = Array.from(response(' '.repeat(10_000)));
      const drip = setInterval(() => socket.write(drops.shift() ?? ' '), 1);
      socket.on('close', () => clearInterval(drip));
    };
    expect(await call(SHORT)).toMatchObject({ ok: false, reason: 'timeout' });
    await expectUnspoilt();
  });
});

describe('what was not asked for', () => {
  it.each([
    [
      'in the same piece',
      (id: string) => response(answer(id)) + response(answer(String(Number(id) + 1), '"wrong"')),
    ],
    ['that is no HTTP', (id: string) => `${response(answer(id))}\0\0`],
  ])('behind an answer costs the connection and no later call: %s', async (_name, bytes) => {
    misbehave = ({ id, socket }) => socket.write(bytes(id));
    expect(await call()).toMatchObject({ ok: true, result: '"0x1"' });
    await expectUnspoilt();
    expect(server.requests.map(({ turn }) => turn)).toEqual([0, 0, 1]);
  });

  it('on an idle connection ends it and is never the answer to the next call', async () => {
    // Time stands still: it does not end for being idle.
    client = createUpstreamClient({ clock: { ...systemClock, now: () => ms(0) } });
    let first: RawRequest | undefined;
    misbehave = (request) => {
      first = request;
      behave(request);
    };
    await call();
    const closed = once(first!.socket, 'close');
    first?.socket.write(response(answer(String(Number(first.id) + 1), '"smuggled"')));
    await closed;
    await expectUnspoilt();
  });

  it('before the request is not its answer', async () => {
    await server.close();
    server = await startRawServer({
      onRequest: behave,
      onConnection: (socket, connection) => {
        if (connection === 0) socket.write(response(answer('0', '"early"')));
      },
    });
    const outcome = await call();
    expect(outcome).toMatchObject({ ok: false });
    await expectUnspoilt();
  });

  it('before the whole request was read leaves the connection out of step', async () => {
    await server.close();
    let stalled: Socket | undefined;
    server = await startRawServer({
      onRequest: behave,
      onConnection: (socket, connection) => {
        if (connection > 0) return;
        stalled = socket;
        socket.once('data', (piece: Buffer) => {
          const id = /"id":(\d+)/.exec(piece.toString('latin1'))?.[1] ?? '';
          socket.pause();
          socket.write(response(answer(id)));
        });
      },
    });
    const target = { url: `http://127.0.0.1:${server.port}/`, allowPrivate: true };
    // More than the kernel takes in.
    const params = `["${'x'.repeat(40_000_000)}"]` as RawJson;
    expect(await client.call(target, { method: 'm', params }, { timeoutMs: LONG })).toMatchObject({
      ok: true,
    });
    await expectUnspoilt();
    // It reads nothing, and so does not see the end.
    stalled?.destroy();
  });

  it('to a call that was given up is not the answer to the next', async () => {
    let late: (() => void) | undefined;
    misbehave = ({ id, socket }) => {
      late = () => socket.write(response(answer(String(Number(id) + 1), '"late"')));
    };
    const abort = new AbortController();
    const given = call(LONG, { signal: abort.signal });
    await expect.poll(() => server.requests.length, PATIENT).toBe(1);
    abort.abort();
    expect(await given).toMatchObject({ ok: false, reason: 'aborted' });
    late?.();
    await expectUnspoilt();
  });
});

describe('a kept connection that the server closes in the race', () => {
  /** Serves one request a connection; the second one meets the end. */
  const closeOnSecond = (how: 'end' | 'reset') => {
    misbehave = (request) => {
      if (request.turn === 0) return behave(request);
      if (how === 'end') request.socket.end();
      else request.socket.resetAndDestroy();
    };
  };

  it.each(['end', 'reset'] as const)('costs a read nothing: %s', async (how) => {
    closeOnSecond(how);
    for (let calls = 0; calls < 5; calls += 1) {
      expect(await call(LONG, { repeatable: true })).toMatchObject({ ok: true, result: '"right"' });
    }
    // Each read but the first met an end and was sent once more.
    expect(server.requests).toHaveLength(9);
  });

  it('costs a read nothing when all others close too', async () => {
    const held: RawRequest[] = [];
    misbehave = (request) => {
      if (request.turn === 0 && held.push(request) === 3) held.forEach(behave);
      if (request.turn > 0) request.socket.end();
    };
    await Promise.all([call(), call(), call()]);
    expect(new Set(held.map(({ connection }) => connection)).size).toBe(3);
    const read = call(LONG, { repeatable: true });
    await expect.poll(() => server.requests.length, PATIENT).toBe(5);
    expect(held).toHaveLength(4);
    held.slice(3).forEach(behave);
    expect(await read).toMatchObject({ ok: true, result: '"right"' });
  });

  it.each(['end', 'reset'] as const)(
    'is told of a call that acts, which is never sent twice: %s',
    async (how) => {
      closeOnSecond(how);
      await call();
      const outcome = await call();
      expect(outcome).toMatchObject({ ok: false, reason: 'reset' });
      expect(outcome).not.toHaveProperty('unsent');
      expect(server.requests).toHaveLength(2);
    },
  );

  it('is repeated once and not for ever', async () => {
    misbehave = (request) => (server.requests.length === 1 ? behave(request) : request.socket.end());
    await call(LONG, { repeatable: true });
    expect(await call(LONG, { repeatable: true })).toMatchObject({ ok: false, reason: 'reset' });
    expect(server.requests).toHaveLength(3);
  });

  it('is not repeated once an answer has begun', async () => {
    misbehave = (request) => (request.turn === 0 ? behave(request) : request.socket.end('HTTP/1.1 '));
    await call();
    expect(await call(LONG, { repeatable: true })).toMatchObject({ ok: false, reason: 'reset' });
    expect(server.requests).toHaveLength(2);
  });

  it('is not used again after the time that the server keeps it', async () => {
    misbehave = ({ id, socket }) => socket.write(response(answer(id), ['keep-alive: timeout=1']));
    await call();
    await call();
    expect(server.requests.map(({ turn }) => turn)).toEqual([0, 0]);
  });

  it.each([['HTTP/1.1 200 OK', 'connection: close'], ['HTTP/1.0 200 OK']])(
    'is not used again when the server says that it closes: %s',
    async (...head) => {
      misbehave = ({ id, socket }) => {
        const body = answer(id);
        socket.write(withHead([...head, `content-length: ${body.length}`], body));
      };
      await call();
      await call();
      expect(server.requests.map(({ turn }) => turn)).toEqual([0, 0]);
    },
  );
});

describe('under any mix of faults at once', () => {
  const faults: ((request: RawRequest) => void)[] = [
    behave,
    ({ socket }) => socket.end(),
    ({ socket }) => socket.resetAndDestroy(),
    ({ socket }) => socket.write('junk'),
    ({ id, socket }) => socket.write(response(answer(id, '"right"')) + response(answer(id, '"wrong"'))),
    ({ id, socket }) => socket.end(response(answer(id, '"right"'))),
    ({ id, socket }) => socket.end(response(answer(id, '"right"')).slice(0, -10)),
    ({ socket }) => socket.write(response(answer('1', '"wrong"'))),
    ({ id, socket }) => socket.write(response(answer(id, '"right"'), ['connection: close'])),
  ];

  it('each call ends in one outcome that is right or a failure', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(faults.length - 1), { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        async (plan, repeatable) => {
          let turn = 0;
          misbehave = (request) => {
            turn += 1;
            faults[plan[turn % plan.length] ?? 0]?.(request);
          };
          const outcomes = await Promise.all(plan.map(() => call(LONG, { repeatable })));
          for (const outcome of outcomes) {
            if (outcome.ok) expect(outcome.result).toBe('"right"');
          }
        },
      ),
      { numRuns: 40 },
    );
    // Some connections that look idle are ending just now.
    await expectUnspoilt({ repeatable: true });
  });
});
