import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPlainRequest } from './plainRequest.ts';

const LINE = 'POST /ethereum HTTP/1.1';
const LENGTH = 'content-length: 5';
const head = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;
const plain = (...headers: string[]) => head(LINE, 'host: x', LENGTH, ...headers);

const ACCEPTED: [string, string, object][] = [
  ['the least', head(LINE, 'host: x', LENGTH), { network: 'ethereum', length: 5 }],
  ['a CAIP-2 id', head('POST /eip155:1 HTTP/1.1', 'host: x', LENGTH), { network: 'eip155:1' }],
  ['a chain id', head('POST /1 HTTP/1.1', 'host: x', LENGTH), { network: '1' }],
  ['a slug with dots and dashes', head('POST /a-b.c_d HTTP/1.1', 'host: x', LENGTH), { network: 'a-b.c_d' }],
  ['names of any case', head(LINE, 'HOST: x', 'Content-LENGTH: 5'), { length: 5 }],
  ['no blank after the colon', head(LINE, 'host:x', 'content-length:5'), { length: 5 }],
  ['blanks around a value', head(LINE, 'host: x', 'content-length: \t 5 \t'), { length: 5 }],
  ['zeros before a length', head(LINE, 'host: x', 'content-length: 0005'), { length: 5 }],
  ['an empty body', head(LINE, 'host: x', 'content-length: 0'), { length: 0 }],
  ['a host without a name', head(LINE, 'host:', LENGTH), {}],
  ['a connection to be kept', plain('Connection: Keep-Alive'), {}],
  ["the client's id and session", plain('X-Request-Id: r 1', 'x-DIN-session: s'), requestOf('r 1', 's')],
  ['an empty id', plain('x-request-id:', 'x-din-session: \t'), requestOf('', '')],
  ['headers of no meaning here', plain('accept: */*', 'te: x', 'content-type: a/b; c="d:e"'), {}],
  ['names that only look like others', plain('x-expect: 1', 'hosts: a', 'expectt: 1', 'xpgrade: 1'), {}],
];

function requestOf(requestId: string, session: string) {
  return { network: 'ethereum', requestId, session, length: 5 };
}

const LEFT_TO_NODE: [string, string][] = [
  ['another method', head('GET /ethereum HTTP/1.1', 'host: x', LENGTH)],
  ['a method in small letters', head('post /ethereum HTTP/1.1', 'host: x', LENGTH)],
  ['HTTP/1.0', head('POST /ethereum HTTP/1.0', 'host: x', LENGTH)],
  ['HTTP/1.2', head('POST /ethereum HTTP/1.2', 'host: x', LENGTH)],
  ['HTTP/0.9', head('POST /ethereum', 'host: x', LENGTH)],
  ['an absolute URL', head('POST http://x/ethereum HTTP/1.1', 'host: x', LENGTH)],
  ['an authority', head('POST x:80 HTTP/1.1', 'host: x', LENGTH)],
  ['an asterisk', head('POST * HTTP/1.1', 'host: x', LENGTH)],
  ['two slashes', head('POST //ethereum HTTP/1.1', 'host: x', LENGTH)],
  ['a slash at the end', head('POST /ethereum/ HTTP/1.1', 'host: x', LENGTH)],
  ['no network', head('POST / HTTP/1.1', 'host: x', LENGTH)],
  ['a longer path', head('POST /v1/ethereum HTTP/1.1', 'host: x', LENGTH)],
  ['a query', head('POST /ethereum?a=1 HTTP/1.1', 'host: x', LENGTH)],
  ['an empty query', head('POST /ethereum? HTTP/1.1', 'host: x', LENGTH)],
  ['a fragment', head('POST /ethereum#a HTTP/1.1', 'host: x', LENGTH)],
  ['a percent escape', head('POST /eip155%3A1 HTTP/1.1', 'host: x', LENGTH)],
  ['a name longer than a route may have', head(`POST /${'a'.repeat(101)} HTTP/1.1`, 'host: x', LENGTH)],
  ['two blanks in the request line', head('POST  /ethereum HTTP/1.1', 'host: x', LENGTH)],
  ['a tab in the request line', head('POST /ethereum\tHTTP/1.1', 'host: x', LENGTH)],
  ['a blank after the request line', head(`${LINE} `, 'host: x', LENGTH)],
  ['an empty line before', head('', LINE, 'host: x', LENGTH)],
  ['no header at all', head(LINE)],
  ['no host', head(LINE, LENGTH)],
  ['two hosts', plain('Host: x')],
  ['no length', head(LINE, 'host: x')],
  ['a length twice', plain('Content-Length: 5')],
  ['two lengths', plain('content-length: 6')],
  ['a length and chunks', plain('Transfer-Encoding: chunked')],
  ['chunks', head(LINE, 'host: x', 'transfer-encoding: chunked')],
  ['chunks by another case', head(LINE, 'host: x', 'TRANSFER-encoding: Chunked')],
  ...['+5', '-5', '5, 5', '5,5', '5 5', '0x5', '5.0', '5e0', '', '５', '1000000000'].map(
    (length): [string, string] => [
      `the length ${length}`,
      head(LINE, 'host: x', `content-length: ${length}`),
    ],
  ),
  ['a blank before the colon', head(LINE, 'host: x', 'content-length : 5')],
  ['a tab before the colon', plain('transfer-encoding\t: chunked')],
  ['a blank before a name', plain(' transfer-encoding: chunked')],
  ['a folded line', plain('x: a', '\tb')],
  ['a folded line at the start', head(LINE, ' host: x', 'host: x', LENGTH)],
  ['a header without colon', plain('x')],
  ['a header without name', plain(': 5')],
  ['a name in quotes', plain('"x": 5')],
  ['a bare LF at the end of a line', plain('x: a\ntransfer-encoding: chunked')],
  ['a bare CR at the end of a line', plain('x: a\rtransfer-encoding: chunked')],
  ['bare LFs alone', head(LINE, 'host: x', LENGTH).replaceAll('\r', '')],
  ['a LF in the request line', head(`${LINE}\nx: a`, 'host: x', LENGTH)],
  ['CR CR LF', plain('x: a\r')],
  ['NUL in a value', plain('x: a\0b')],
  ['NUL in a name', plain('x\0: a')],
  ['NUL in the path', head('POST /ether\0eum HTTP/1.1', 'host: x', LENGTH)],
  ['DEL in a value', plain('x: a\x7fb')],
  ['a byte above ASCII in a value', plain('x: \xfc')],
  ['a byte above ASCII in a name', plain('x\xfc: a')],
  ['an expectation', plain('Expect: 100-continue')],
  ['an upgrade', plain('Upgrade: websocket')],
  ['an upgrade by its connection', plain('connection: Upgrade', 'upgrade: websocket')],
  ['an upgrade to HTTP/2', plain('HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA')],
  ['a connection to be closed', plain('Connection: close')],
  ['a connection of several words', plain('connection: keep-alive, close')],
  ['a connection of no word', plain('connection:')],
  ["a proxy's connection", plain('Proxy-Connection: close')],
  ['trailers', plain('trailer: x')],
  ['wanted details', plain('x-din-details: 1')],
  ['two ids', plain('x-request-id: a', 'X-Request-ID: b')],
  ['two sessions', plain('x-din-session: a', 'x-din-session: a')],
  ['more headers than any client sends', plain(...Array.from({ length: 99 }, () => 'a:'))],
  ['a longer head than any client sends', plain(`x: ${'a'.repeat(8_192)}`)],
  ['a head that goes on', `${plain()}x: a\r\n\r\n`],
  ['a head without its end', plain().slice(0, -2)],
  ['nothing', ''],
];

test.each(ACCEPTED)('%s is plain', (_name, text, request) => {
  expect(readPlainRequest(text)).toMatchObject(request);
});

test.each(LEFT_TO_NODE)("%s is left to Node's server", (_name, text) => {
  expect(readPlainRequest(text)).toBeUndefined();
});

describe("Node's server", () => {
  interface Seen {
    readonly url: string | undefined;
    readonly body: string;
    readonly requestId: string | string[] | undefined;
    readonly session: string | string[] | undefined;
    readonly keeps: boolean;
  }
  let seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { url, headers } = request;
    const [requestId, session] = [headers['x-request-id'], headers['x-din-session']];
    const keeps = response.shouldKeepAlive;
    let body = '';
    request.setEncoding('latin1').on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      seen.push({ url, body, requestId, session, keeps });
      response.end();
    });
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  // A body that would be read as requests by whoever disagrees about its length.
  const TWO = 'GET /a HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\n\r\n';
  const LAST = 'GET /last HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';

  /** What Node makes of the head, a body of so many bytes and a last request behind it. */
  async function judge(text: string, length: number): Promise<{ body: string; seen: Seen[] }> {
    seen = [];
    const body = TWO.repeat(Math.ceil(length / TWO.length)).slice(0, length);
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.end(Buffer.from(text + body + LAST, 'latin1'));
    await once(socket, 'close');
    return { body, seen };
  }

  const headers = fc.constantFrom(
    ...['host: x', LENGTH, 'content-length: 0', 'Content-Length:\t0070 ', 'x-request-id: a b', 'accept: */*'],
    ...['X-Request-Id:', 'x-din-session:  s\t', 'connection: keep-alive', 'connection: close', 'x: a:b'],
    ...['transfer-encoding: chunked', 'proxy-connection: close', 'upgrade: a', 'te: trailers', 'expect: b'],
    ...[
      'keep-alive: timeout=1',
      'content-encoding: gzip',
      'content-length: 28, 28',
      'Connection:',
      'a: \x80',
    ],
  );
  const lines = fc
    .tuple(fc.constantFrom(LINE, 'POST /eip155:1 HTTP/1.1', 'POST /.. HTTP/1.1'), fc.array(headers))
    .map(([line, others]) => head(line, 'Host: x', ...others));
  // Heads near to plain ones: with a few bytes changed, left out or put in.
  const near = fc
    .tuple(
      fc.constantFrom(...ACCEPTED.map(([, text]) => text), plain('content-type: a/b', 'accept: */*')),
      fc.array(
        fc.tuple(fc.nat(100), fc.nat(2), fc.constantFrom(...'\0\r\n\t :;,05+-gXx/?%\x7f\x80', '\r\n', '')),
        {
          maxLength: 3,
        },
      ),
    )
    .map(([text, changes]) => {
      const changed = [...text];
      for (const [at, drop, put] of changes) changed.splice(at, drop, put);
      return changed.join('');
    });

  test('reads each plain request in the same way', async () => {
    let plainOnes = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(lines, near), async (text) => {
        const end = text.indexOf('\r\n\r\n') + 4;
        const request = readPlainRequest(text.slice(0, end));
        if (request === undefined) return;
        plainOnes += 1;
        const { network, requestId, session, length } = request;
        const by = await judge(text.slice(0, end), length);
        const first = { url: `/${network}`, body: by.body, requestId, session, keeps: true };
        expect(by.seen).toMatchObject([first, { url: '/last' }]);
      }),
      { numRuns: 1_000 },
    );
    expect(plainOnes).toBeGreaterThan(50);
  });

  test.each(ACCEPTED)('reads %s in the same way', async (_name, text) => {
    const request = readPlainRequest(text);
    const { body, seen } = await judge(text, request?.length ?? 0);
    const { network, requestId, session } = { network: '', ...request };
    expect(seen).toMatchObject([
      { url: `/${network}`, body, requestId, session, keeps: true },
      { url: '/last' },
    ]);
  });

  test('reads the longest plain head', async () => {
    const many = plain(...Array.from({ length: 98 }, (_, i) => `x-${i}: ${'a'.repeat(70)}`));
    expect(readPlainRequest(many)).toMatchObject({ network: 'ethereum', length: 5 });
    expect((await judge(many, 5)).seen).toHaveLength(2);
  });
});
