import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createResponseParser, type Progress } from './responseParser.ts';

const MAX_HEADER_BYTES = 1_000;
const MAX_BODY_BYTES = 300;

/** All that a parser tells of a response that comes in these pieces. */
function read(pieces: readonly Buffer[], options: { closes?: boolean } = {}) {
  const parser = createResponseParser({ maxHeaderBytes: MAX_HEADER_BYTES, maxBodyBytes: MAX_BODY_BYTES });
  parser.start();
  let progress: Progress = 'more';
  let surplus = 0;
  for (const piece of pieces) {
    if (progress === 'complete') surplus += piece.length;
    if (progress === 'more') progress = parser.push(Buffer.from(piece));
  }
  if (progress === 'more' && options.closes) progress = parser.end();
  const body = progress === 'complete' ? parser.takeBody().toString('latin1') : undefined;
  return { progress, head: parser.head(), body, hasSurplus: parser.hasSurplus() || surplus > 0 };
}

const raw = (...lines: readonly string[]) => Buffer.from(lines.join('\r\n'), 'latin1');
const whole = (...lines: readonly string[]) => read([raw(...lines)]);

// As real servers send them.
const RESPONSES: readonly [string, Buffer, string][] = [
  [
    'geth',
    raw(
      'HTTP/1.1 200 OK',
      'Content-Type: application/json',
      'Vary: Origin',
      'Date: Wed, 25 Nov 2026 10:00:00 GMT',
      'Content-Length: 40',
      '',
      '{"jsonrpc":"2.0","id":1,"result":"0x10"}',
    ),
    '{"jsonrpc":"2.0","id":1,"result":"0x10"}',
  ],
  [
    'nginx, chunked',
    raw(
      'HTTP/1.1 200 OK',
      'Server: nginx/1.22.1',
      'Transfer-Encoding: chunked',
      'Connection: keep-alive',
      '',
      '1a',
      '{"jsonrpc":"2.0","result":',
      'D',
      '"0x1","id":1}',
      '0',
      '',
      '',
    ),
    '{"jsonrpc":"2.0","result":"0x1","id":1}',
  ],
  [
    'chunks with extensions and trailers',
    raw(
      'HTTP/1.1 200 OK',
      'trailer: x-sum',
      'transfer-encoding: CHUNKED',
      '',
      '003;a=b;c="d e"',
      'abc',
      '0;last',
      'x-sum: 1',
      'x-more:',
      '',
      '',
    ),
    'abc',
  ],
  [
    'interim responses first',
    raw(
      'HTTP/1.1 100 Continue',
      '',
      'HTTP/1.1 103 Early Hints',
      'link: </a>; rel=preload',
      '',
      'HTTP/1.1 200 OK',
      'content-length: 2',
      '',
      '{}',
    ),
    '{}',
  ],
  ['no content', raw('HTTP/1.1 204 No Content', '', ''), ''],
  ['not modified, with the length it would have', raw('HTTP/1.1 304 x', 'content-length: 9', '', ''), ''],
  ['an empty body', raw('HTTP/1.1 200 OK', 'content-length: 0', '', ''), ''],
  ['no reason', raw('HTTP/1.1 200', 'content-length: 1', '', '5'), '5'],
];

describe('a real response', () => {
  it.each(RESPONSES)('is the same however it is split: %s', (_name, bytes, body) => {
    const expected = read([bytes]);
    expect(expected).toMatchObject({ progress: 'complete', body, hasSurplus: false });
    expect(read(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(expected);
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected);
    }
  });

  it('is complete at its last byte and not before, whatever follows', () => {
    for (const [, bytes] of RESPONSES) {
      for (let at = 0; at < bytes.length; at += 1) {
        expect(read([bytes.subarray(0, at)]).progress).toBe('more');
      }
      expect(read([Buffer.concat([bytes, Buffer.from('H')])])).toMatchObject({
        progress: 'complete',
        hasSurplus: true,
      });
    }
  });

  it('without a length ends with the connection, and only then', () => {
    const bytes = raw('HTTP/1.1 200 OK', '', '{"a":1}');
    expect(read([bytes]).progress).toBe('more');
    expect(read([bytes], { closes: true })).toMatchObject({ progress: 'complete', body: '{"a":1}' });
  });

  it('that breaks off is never complete', () => {
    for (const [, bytes] of RESPONSES) {
      for (let at = 0; at < bytes.length; at += 1) {
        expect(read([bytes.subarray(0, at)], { closes: true }).progress).toBe('more');
      }
    }
  });
});

describe('whatever bytes come', () => {
  // Bytes near to responses: real ones with a few bytes changed, left out or put in.
  const near = fc
    .tuple(
      fc.constantFrom(...RESPONSES.map(([, bytes]) => bytes)),
      fc.array(fc.tuple(fc.nat(250), fc.nat(2), fc.constantFrom(...Buffer.from('\0\r\n :;05gX,'))), {
        maxLength: 4,
      }),
    )
    .map(([bytes, changes]) => {
      const changed = [...bytes];
      for (const [at, drop, byte] of changes) changed.splice(at, drop, byte);
      return Buffer.from(changed);
    });
  const cuts = fc.array(fc.nat(300), { maxLength: 8 });

  it('what they are does not depend on where they are split', () => {
    fc.assert(
      fc.property(fc.oneof(near, fc.uint8Array().map(Buffer.from)), cuts, (bytes, at) => {
        const edges = [
          0,
          ...at.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
          bytes.length,
        ];
        const pieces = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
        const { progress, body, head } = read([bytes], { closes: true });
        const split = read(pieces, { closes: true });
        expect(split.progress).toBe(progress);
        if (progress === 'complete') expect(split).toMatchObject({ body, head });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('refused as malformed', () => {
  const ok = 'HTTP/1.1 200 OK';
  const heads: [string, string[]][] = [
    ['another protocol', ['SSH-2.0-OpenSSH_9.6']],
    ['another version', ['HTTP/2 200 OK']],
    ['version 1.2', ['HTTP/1.2 200 OK']],
    ['a blank first line', ['', ok]],
    ['a status of two digits', ['HTTP/1.1 20 OK']],
    ['a status of four digits', ['HTTP/1.1 2000 OK']],
    ['status 0', ['HTTP/1.1 000 OK']],
    ['NUL in the status line', ['HTTP/1.1 200 O\0K']],
    ['a switch of protocols', ['HTTP/1.1 101 Switching Protocols', 'upgrade: h2c']],
    ['a header without colon', [ok, 'content-length 5']],
    ['a header without name', [ok, ': 5']],
    ['a blank before the colon', [ok, 'content-length : 5']],
    ['a folded line', [ok, 'x: a', ' b']],
    ['NUL in a header', [ok, 'x: a\0b']],
    ['a bare LF in a header', [ok, 'x: a\ncontent-length: 5']],
    ['a bare CR in a header', [ok, 'x: a\rcontent-length: 5']],
    ['too many headers', [ok, ...Array.from({ length: 129 }, () => 'a:')]],
    ['a length twice', [ok, 'content-length: 5', 'Content-Length: 5']],
    ['two lengths', [ok, 'content-length: 5', 'content-length: 6']],
    ['two lengths in one', [ok, 'content-length: 5, 5']],
    ['a negative length', [ok, 'content-length: -5']],
    ['a signed length', [ok, 'content-length: +5']],
    ['a length in hex', [ok, 'content-length: 0x5']],
    ['a fractional length', [ok, 'content-length: 5.0']],
    ['no length in its header', [ok, 'content-length:']],
    ['a length beyond all numbers', [ok, `content-length: ${'9'.repeat(30)}`]],
    ['length and chunks', [ok, 'content-length: 5', 'transfer-encoding: chunked']],
    ['chunks and length', [ok, 'transfer-encoding: chunked', 'content-length: 5']],
    ['another coding', [ok, 'transfer-encoding: gzip, chunked']],
    ['chunks twice', [ok, 'transfer-encoding: chunked', 'transfer-encoding: chunked']],
    ['an unknown coding', [ok, 'transfer-encoding: xchunked']],
    ['chunks in HTTP/1.0', ['HTTP/1.0 200 OK', 'transfer-encoding: chunked']],
    ['a compressed body', [ok, 'content-encoding: gzip', 'content-length: 5']],
  ];
  it.each(heads)('%s', (_name, lines) => {
    expect(read([raw(...lines, '', 'abcde')], { closes: true }).progress).toBe('malformed');
  });

  const chunks: [string, string[]][] = [
    ['a size of nothing', ['', 'abc']],
    ['a size in no hex', ['g', 'abc']],
    ['a signed size', ['+3', 'abc']],
    ['a blank after the size', ['3 ', 'abc']],
    ['a size of nine digits', ['000000003', 'abc']],
    ['more data than the size', ['2', 'abc']],
    ['less data than the size', ['4', 'abc', '0']],
    ['NUL in an extension', ['3;\0', 'abc']],
    ['NUL in a trailer', ['3', 'abc', '0', 'x: \0', '']],
    ['LF alone after the size', ['3\nabc']],
  ];
  it.each(chunks)('chunks: %s', (_name, lines) => {
    expect(whole(ok, 'transfer-encoding: chunked', '', ...lines, '').progress).toBe('malformed');
  });
});

describe('refused as too large', () => {
  const ok = 'HTTP/1.1 200 OK';
  const large: [string, string[]][] = [
    ['a head', [ok, `x: ${'x'.repeat(MAX_HEADER_BYTES)}`, '', '']],
    ['a head without end', [ok, 'x'.repeat(2 * MAX_HEADER_BYTES)]],
    ['interim responses without end', Array.from({ length: 100 }, () => 'HTTP/1.1 100 Continue\r\n')],
    ['an announced length', [ok, `content-length: ${MAX_BODY_BYTES + 1}`, '', '']],
    ['a body that ends with the connection', [ok, '', 'x'.repeat(MAX_BODY_BYTES + 1)]],
    ['a chunk', [ok, 'transfer-encoding: chunked', '', 'fff', 'x'.repeat(MAX_BODY_BYTES + 1)]],
    ['an extension', [ok, 'transfer-encoding: chunked', '', `3;${'x'.repeat(MAX_HEADER_BYTES + 1)}`]],
    ['trailers', [ok, 'transfer-encoding: chunked', '', '0', 'x'.repeat(MAX_HEADER_BYTES + 1)]],
  ];
  it.each(large)('%s, in one piece or byte by byte', (_name, lines) => {
    const bytes = raw(...lines);
    expect(read([bytes]).progress).toBe('too-large');
    expect(read(Array.from(bytes, (byte) => Buffer.of(byte))).progress).toBe('too-large');
  });

  it('but not one byte before', () => {
    const body = 'x'.repeat(MAX_BODY_BYTES);
    expect(whole(ok, `content-length: ${MAX_BODY_BYTES}`, '', body)).toMatchObject({
      progress: 'complete',
      body,
    });
    expect(read([raw(ok, '', body)], { closes: true })).toMatchObject({ progress: 'complete', body });
  });
});

describe('the connection is kept', () => {
  const kept = (...lines: readonly string[]) => whole(...lines, '', '').head?.keepAlive;

  it('by HTTP/1.1 unless it says otherwise', () => {
    expect(kept('HTTP/1.1 204 x')).toBe(true);
    expect(kept('HTTP/1.1 204 x', 'connection: x, Close')).toBe(false);
    expect(kept('HTTP/1.1 204 x', 'connection: keep-alive', 'Connection: close')).toBe(false);
  });

  it('by HTTP/1.0 only when it says so', () => {
    expect(kept('HTTP/1.0 204 x')).toBe(false);
    expect(kept('HTTP/1.0 204 x', 'connection: Keep-Alive')).toBe(true);
  });

  it('for as long as the server says', () => {
    const seconds = (value: string) =>
      whole('HTTP/1.1 204 x', `keep-alive: ${value}`, '', '').head?.keepAliveSeconds;
    expect(seconds('timeout=5, max=100')).toBe(5);
    expect(seconds('max=100, timeout=5')).toBe(5);
    expect(seconds('xtimeout=5')).toBeUndefined();
    expect(seconds('timeout=-5')).toBeUndefined();
  });
});
