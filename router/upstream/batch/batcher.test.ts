import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/clock.ts';
import type { RawJson } from '../../core/rawJson.ts';
import { ms } from '../../core/units.ts';
import type { UpstreamClient, UpstreamTarget } from '../outcome.ts';
import {
  answer,
  type RawRequest,
  type RawServer,
  response,
  startRawServer,
  withHead,
} from '../rawServer.fixture.ts';
import { createUpstreamClient } from '../upstreamClient.ts';

const LONG = ms(20_000);
const SHORT = ms(200);
const PATIENT = { timeout: 20_000 };

let client: UpstreamClient;
let server: RawServer;
let target: UpstreamTarget;
let behave: (request: RawRequest) => void;
let skew: number;

interface Item {
  id: number;
  method: string;
  params: unknown[];
}

const itemsOf = ({ body }: RawRequest): Item[] => [JSON.parse(body)].flat();
const isBatch = ({ body }: RawRequest) => body.startsWith('[');
/** The answer that is right for a question: its own parameters. */
const right = ({ id, params }: Item) => answer(String(id), JSON.stringify(params));
const write = ({ socket }: RawRequest, body: string) => socket.write(response(body));
const answerAll = (request: RawRequest, one = right) => {
  const answers = itemsOf(request).map(one);
  write(request, isBatch(request) ? `[${answers.join(',')}]` : (answers[0] ?? ''));
};
/** How many calls each request had that the server got. */
const sizes = () => server.requests.map((request) => itemsOf(request).length);

beforeEach(async () => {
  skew = 0;
  client = createUpstreamClient({
    clock: { ...systemClock, now: () => ms(systemClock.now() + skew) },
    maxResponseBytes: 10_000,
  });
  behave = answerAll;
  server = await startRawServer({ onRequest: (request) => behave(request) });
  target = { url: `http://127.0.0.1:${server.port}/`, allowPrivate: true, batch: true };
});

afterEach(async () => {
  await client.close();
  await expect.poll(() => server.openConnections(), PATIENT).toBe(0);
  await server.close();
});

const ask = (key: number | string, method = 'eth_getBalance', timeoutMs = LONG, signal?: AbortSignal) =>
  client.call(
    target,
    { method, params: JSON.stringify([key]) as RawJson, repeatable: true },
    { timeoutMs, ...(signal && { signal }) },
  );
const askAll = (count: number) => Promise.all(Array.from({ length: count }, (_, key) => ask(key)));
const rightOf = (count: number) =>
  Array.from({ length: count }, (_, key) => ({ ok: true, result: `[${key}]` }));

describe('calls of one moment', () => {
  it('are one request, and each gets its own answer', async () => {
    expect(await askAll(10)).toMatchObject(rightOf(10));
    expect(sizes()).toEqual([10]);
  });

  it('are several requests when they are many', async () => {
    expect(await askAll(70)).toMatchObject(rightOf(70));
    expect(sizes().sort()).toEqual([32, 32, 6]);
  });

  it('are several requests when they are long', async () => {
    const keys = Array.from({ length: 6 }, (_, index) => String(index).repeat(20_000));
    behave = (request) => answerAll(request, ({ id }) => answer(String(id)));
    const outcomes = await Promise.all(keys.map((key) => ask(key)));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(sizes()).toEqual([3, 3]);
  });

  it('go alone when their node is not asked in batches', async () => {
    target = { url: target.url, allowPrivate: true };
    expect(await askAll(5)).toMatchObject(rightOf(5));
    expect(sizes()).toEqual([1, 1, 1, 1, 1]);
  });

  it('go alone when they may take long or act', async () => {
    const methods = [
      'eth_call',
      'eth_getLogs',
      'debug_traceTransaction',
      'eth_sendRawTransaction',
      'x_unknown',
    ];
    await Promise.all([...methods, ...methods].map((method) => ask(1, method)));
    expect(sizes()).toEqual(Array.from({ length: 10 }, () => 1));
  });

  it('of which there is but one go as a plain request', async () => {
    expect(await ask(1)).toMatchObject({ ok: true, result: '[1]' });
    expect(server.requests.map(isBatch)).toEqual([false]);
  });

  it('are answered byte for byte', async () => {
    const raw = '{"b":1.0,"a":123456789012345678901234567890,"b":"\\u00e9"}';
    behave = (request) => answerAll(request, ({ id }) => ` { "result" : ${raw} , "id" : ${id} } `);
    expect(await askAll(3)).toMatchObject(Array.from({ length: 3 }, () => ({ ok: true, result: raw })));
  });
});

describe('one call of a batch', () => {
  it('fails alone, whatever is wrong with its answer', async () => {
    behave = (request) => {
      const parts = itemsOf(request).map((item, index) => {
        if (index === 0) return `{"id":${item.id},"error":{"code":3,"message":"execution reverted"}}`;
        if (index === 1) return `{"id":${item.id}}`;
        if (index === 2) return answer('99999999');
        if (index === 3) return `${right(item)},${right(item)}`;
        return right(item);
      });
      write(request, `[${parts.join(',')}]`);
    };
    expect(await askAll(6)).toMatchObject([
      { ok: false, reason: 'rpc-error', class: 'client' },
      { ok: false, reason: 'malformed' },
      { ok: false, reason: 'malformed' },
      { ok: false, reason: 'malformed' },
      { ok: true, result: '[4]' },
      { ok: true, result: '[5]' },
    ]);
    expect(sizes()).toEqual([6]);
  });

  it('ends with its own time while the others go on', async () => {
    let held: RawRequest | undefined;
    behave = (request) => {
      held = request;
    };
    const impatient = ask(0, 'eth_getBalance', SHORT);
    const others = [ask(1), ask(2)];
    expect(await impatient).toMatchObject({ ok: false, reason: 'timeout' });
    if (held) answerAll(held);
    expect(await Promise.all(others)).toMatchObject([{ result: '[1]' }, { result: '[2]' }]);
  });

  it('that is given up before it leaves is not sent', async () => {
    const abort = new AbortController();
    const calls = [ask(0), ask(1, 'eth_getBalance', LONG, abort.signal), ask(2)];
    abort.abort();
    expect(await Promise.all(calls)).toMatchObject([
      { ok: true },
      { ok: false, reason: 'aborted', unsent: true },
      { ok: true },
    ]);
    expect(sizes()).toEqual([2]);
  });

  it('is the last to be given up: then the connection ends', async () => {
    behave = () => {};
    const abort = new AbortController();
    const calls = [0, 1].map((key) => ask(key, 'eth_getBalance', LONG, abort.signal));
    await expect.poll(() => server.requests.length, PATIENT).toBe(1);
    abort.abort();
    expect(await Promise.all(calls)).toMatchObject([{ reason: 'aborted' }, { reason: 'aborted' }]);
    await expect.poll(() => server.openConnections(), PATIENT).toBe(0);
  });
});

describe('a node that takes no batches', () => {
  const refusals: [string, (request: RawRequest) => void][] = [
    [
      'one error',
      (request) => write(request, '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"x"}}'),
    ],
    [
      'a list of one error',
      (request) => write(request, '[{"id":null,"error":{"code":-32600,"message":"x"}}]'),
    ],
    ['no elements', (request) => write(request, '[]')],
    ['no JSON', (request) => write(request, '<html>')],
    ['status 400', ({ socket }) => socket.write(withHead(['HTTP/1.1 400 x', 'content-length: 0']))],
    ['status 500', ({ socket }) => socket.write(withHead(['HTTP/1.1 500 x', 'content-length: 0']))],
    ['the end', ({ socket }) => socket.end()],
    ['a reset', ({ socket }) => socket.resetAndDestroy()],
  ];
  it.each(refusals)('is asked singly, at once and from then on: %s', async (_name, refuse) => {
    behave = (request) => (isBatch(request) ? refuse(request) : answerAll(request));
    expect(await askAll(4)).toMatchObject(rightOf(4));
    expect(await askAll(4)).toMatchObject(rightOf(4));
    expect(server.requests.filter(isBatch)).toHaveLength(1);
    expect(server.requests).toHaveLength(9);
  });

  it('is asked singly after it left a batch without a word', async () => {
    behave = (request) => {
      if (!isBatch(request)) answerAll(request);
    };
    const lost = await Promise.all([1, 2].map((key) => ask(key, 'eth_getBalance', SHORT)));
    expect(lost).toMatchObject([{ reason: 'timeout' }, { reason: 'timeout' }]);
    expect(await askAll(4)).toMatchObject(rightOf(4));
    expect(server.requests.filter(isBatch)).toHaveLength(1);
  });

  it('is tried again later', async () => {
    behave = (request) => (isBatch(request) ? request.socket.end() : answerAll(request));
    await askAll(2);
    behave = answerAll;
    skew = 61_000;
    expect(await askAll(4)).toMatchObject(rightOf(4));
    expect(sizes().at(-1)).toBe(4);
  });
});

describe('a batch', () => {
  it('over a rate limit is not sent again', async () => {
    behave = ({ socket }) =>
      socket.write(withHead(['HTTP/1.1 429 x', 'retry-after: 2', 'content-length: 0']));
    const limited = { ok: false, class: 'capacity', httpStatus: 429, retryAfterMs: 2_000 };
    expect(await askAll(3)).toMatchObject([limited, limited, limited]);
    expect(sizes()).toEqual([3]);
  });

  it('whose answer is too large is asked for in single calls, and batches stay allowed', async () => {
    const large = (item: Item) => answer(String(item.id), `"${'x'.repeat(4_000)}"`);
    behave = (request) => answerAll(request, large);
    expect((await askAll(4)).every(({ ok }) => ok)).toBe(true);
    expect(sizes()).toEqual([4, 1, 1, 1, 1]);
    behave = answerAll;
    expect(await askAll(4)).toMatchObject(rightOf(4));
    expect(sizes().at(-1)).toBe(4);
  });

  it('is answered right whatever the order, and whatever is left out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.boolean()), { minLength: 2, maxLength: 40 }),
        async (plan) => {
          // At least one is answered: a node that answers none takes no batches.
          const isLeftOut = plan.map(([, out], index) => out && index % 32 !== 0 && plan.length !== 33);
          behave = (request) => {
            if (!isBatch(request)) return answerAll(request);
            const kept = itemsOf(request).filter(({ params }) => !isLeftOut[Number(params[0])]);
            const order = kept.sort(
              (a, b) => (plan[Number(a.params[0])]?.[0] ?? 0) - (plan[Number(b.params[0])]?.[0] ?? 0),
            );
            write(request, `[${order.map(right).join(',')}]`);
          };
          const outcomes = await askAll(plan.length);
          for (const [key, outcome] of outcomes.entries()) {
            expect(outcome).toMatchObject(
              isLeftOut[key] ? { ok: false, reason: 'malformed' } : { ok: true, result: `[${key}]` },
            );
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
