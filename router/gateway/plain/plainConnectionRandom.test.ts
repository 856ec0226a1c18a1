import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { RawJson } from '../../core/rawJson.ts';
import { listeningApp, type RawClient, rawClient, requestBytes } from './rawClient.fixture.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One gateway for all runs: its calls are answered after so many turns of the event loop as their method says. */
const gateway = listeningApp(async ({ method, params }) => {
  for (let turns = Number(method); turns > 0; turns -= 1) await turn();
  return { kind: 'result', result: params ?? ('"ok"' as RawJson) };
});
afterAll(async () => {
  const { app } = await gateway;
  app.server.closeAllConnections();
  await app.close();
});

const rpc = (turns: number, id: number, params: string) =>
  `{"jsonrpc":"2.0","id":${id},"method":"${turns}","params":${params}}`;
const chunked = (body: string) =>
  Buffer.concat([
    requestBytes('POST /ethereum', undefined, 'transfer-encoding: chunked', 'x-request-id: a'),
    ...[...body].map((byte) => Buffer.from(`${Buffer.byteLength(byte)}\r\n${byte}\r\n`)),
    Buffer.from('0\r\n\r\n'),
  ]);

interface Sent {
  readonly bytes: Buffer;
  readonly status: number;
  readonly body: string | undefined;
}
const body = fc.record({
  turns: fc.nat(5),
  id: fc.nat(9),
  params: fc.constantFrom('[]', '["a"]', '["ü 日本"]', `["${'x'.repeat(500)}"]`),
});
const answered = ({ id, params }: { id: number; params: string }) =>
  Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":${params}}`).toString('latin1');
const post = (line: string) =>
  body.map(({ turns, id, params }): Sent => {
    const bytes = requestBytes(line, rpc(turns, id, params), 'x-request-id: a');
    return { bytes, status: 200, body: answered({ id, params }) };
  });
const plain = post('POST /ethereum');
const any = fc.oneof(
  { weight: 6, arbitrary: plain },
  { weight: 1, arbitrary: post('POST /eip155%3A1') },
  { weight: 1, arbitrary: post('POST /1/?a=b') },
  {
    weight: 1,
    arbitrary: body.map(({ turns, id, params }): Sent => {
      return { bytes: chunked(rpc(turns, id, params)), status: 200, body: answered({ id, params }) };
    }),
  },
  fc.constantFrom<Sent>(
    { bytes: requestBytes('GET /healthz', undefined), status: 200, body: '{"status":"ok"}' },
    { bytes: requestBytes('GET /nowhere', undefined), status: 404, body: undefined },
    { bytes: requestBytes('OPTIONS /1', undefined), status: 204, body: '' },
    { bytes: requestBytes('POST /nowhere', '{"jsonrpc":"2.0","method":"m"}'), status: 404, body: undefined },
    { bytes: requestBytes('POST /1', '{"jsonrpc":"2.0","method":"0"}'), status: 204, body: '' },
    { bytes: requestBytes('POST /1', ''), status: 200, body: undefined },
  ),
);

/** Where a stream of bytes is cut, and for how many turns of the event loop the client then waits. */
const cuts = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(3)), { maxLength: 30 });

async function sendCut(client: RawClient, bytes: Buffer, at: readonly (readonly [number, number])[]) {
  let sent = 0;
  for (const [share, turns] of at.toSorted(([a], [b]) => a - b)) {
    const end = Math.round(share * bytes.length);
    if (end > sent) client.send(bytes.subarray(sent, end));
    sent = Math.max(sent, end);
    for (let i = 0; i < turns; i += 1) await turn();
  }
  client.send(bytes.subarray(sent));
}

test('requests are answered in order, in whatever pieces they come', async () => {
  const { port } = await gateway;
  const requests = fc.oneof(fc.array(plain, { minLength: 1 }), fc.array(any, { minLength: 1 }));
  await fc.assert(
    fc.asyncProperty(requests, cuts, async (sent, at) => {
      const client = rawClient(port);
      await sendCut(client, Buffer.concat(sent.map(({ bytes }) => bytes)), at);
      const responses = await client.responses(sent.length);
      client.socket.destroy();
      for (const [i, { status, body }] of sent.entries()) {
        expect(responses[i]).toMatchObject(body === undefined ? { status } : { status, body });
      }
    }),
    { numRuns: 300 },
  );
});

test('one request cut anywhere is answered as it is in one piece', async () => {
  const { port } = await gateway;
  const bytes = requestBytes('POST /ethereum', rpc(0, 1, '["a"]'), 'x-request-id: a', 'accept: */*');
  for (let at = 1; at < bytes.length; at += 1) {
    const client = rawClient(port);
    client.send(bytes.subarray(0, at));
    await turn();
    client.send(bytes.subarray(at));
    expect(await client.responses(1)).toMatchObject([
      { status: 200, body: answered({ id: 1, params: '["a"]' }) },
    ]);
    client.socket.destroy();
  }
});

test('nothing is left of clients that come, go and misbehave in any order', async () => {
  const { port, app } = await gateway;
  const leave = fc.constantFrom('stay', 'end', 'destroy', 'reset');
  const junk = fc.constantFrom(
    '',
    'x',
    'GET / HTTP/1.1\r\n',
    'POST /1 HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{}',
    '\0',
  );
  const visit = fc.record({
    sent: fc.array(any, { maxLength: 4 }),
    junk,
    at: cuts,
    leave,
    reads: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(visit, { minLength: 1, maxLength: 12 }), async (visits) => {
      const clients = visits.map(async ({ sent, junk, at, leave, reads }) => {
        const client = rawClient(port);
        if (!reads) client.socket.pause();
        await sendCut(client, Buffer.concat([...sent.map(({ bytes }) => bytes), Buffer.from(junk)]), at);
        if (leave === 'end') client.socket.end();
        if (leave === 'destroy') client.socket.destroy();
        if (leave === 'reset') client.socket.resetAndDestroy();
        return client;
      });
      for (const client of await Promise.all(clients)) client.socket.destroy();
      await expect.poll(() => connections(app), { timeout: 20_000, interval: 5 }).toBe(0);
    }),
    { numRuns: 150 },
  );
  await app.close();
});

function connections({ server }: Awaited<typeof gateway>['app']): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
