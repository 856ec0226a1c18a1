/**
 * The least that a gateway on this runtime can be: Node's HTTP server and an HTTP client, bytes passed on unread. What
 * ours costs above it is reading, checking, choosing and counting. Arguments: whose client (`own` or `undici`), the
 * port, the node's port.
 */
import { createServer } from 'node:http';
import { Pool } from 'undici';
import { systemClock } from '../../../router/core/clock.ts';
import { parseEndpoint, requestBytes } from '../../../router/upstream/endpoint.ts';
import { createTransport } from '../../../router/upstream/http/transport.ts';

/** Of both bodies each byte is one latin1 character; no answer at all is undefined. */
type Relay = (body: string, answer: (body?: string) => void) => void;

const LIMITS = { maxBodyBytes: 1_000_000, maxConnectionsPerEndpoint: 128 };
const JSON_TYPE = ['content-type', 'application/json'];
const [client, port, nodePort] = process.argv.slice(2);
const node = `http://127.0.0.1:${nodePort}`;
const relay = client === 'undici' ? undiciRelay() : ownRelay();

createServer((request, response) => {
  let body = '';
  request.on('data', (piece: Buffer) => (body += piece.toString('latin1')));
  request.on('end', () =>
    relay(body, (answer = '') => {
      response.writeHead(answer ? 200 : 502, [...JSON_TYPE, 'content-length', String(answer.length)]);
      response.end(answer, 'latin1');
    }),
  );
}).listen(Number(port), '127.0.0.1');

function ownRelay(): Relay {
  const transport = createTransport({ clock: systemClock, ...LIMITS });
  const endpoint = parseEndpoint({ url: node, allowPrivate: true });
  if (typeof endpoint === 'string') throw new TypeError(endpoint);
  return (body, answer) => {
    const onResponse = (_head: unknown, bytes: Buffer) => {
      answer(bytes.toString('latin1'));
      return true;
    };
    const request = { bytes: requestBytes(endpoint, body), repeatable: false, onResponse };
    transport.send(endpoint.origin, { ...request, onFailure: () => answer() });
  };
}

function undiciRelay(): Relay {
  const pool = new Pool(node, { connections: LIMITS.maxConnectionsPerEndpoint });
  return (body, answer) => {
    let text = '';
    pool.dispatch(
      { path: '/', method: 'POST', headers: JSON_TYPE, body: Buffer.from(body, 'latin1') },
      {
        onRequestStart: () => {},
        onResponseStart: () => {},
        onResponseData: (_controller, piece) => (text += piece.toString('latin1')),
        onResponseEnd: () => answer(text),
        onResponseError: () => answer(),
      },
    );
  };
}
