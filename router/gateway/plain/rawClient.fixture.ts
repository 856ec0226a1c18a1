import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type AnswerCall, startApp } from '../app.fixture.ts';
import { listen } from '../listen.ts';

/** The gateway's HTTP side on a port of its own. `viaNode` are the requests that were left to Node's server. */
export async function listeningApp(answer?: AnswerCall) {
  const started = startApp(answer);
  const { app } = started;
  const viaNode: string[] = [];
  const sockets: Socket[] = [];
  app.server.on('request', ({ method, url }) => viaNode.push(`${method} ${url}`));
  app.server.on('connection', (socket: Socket) => sockets.push(socket));
  return { ...started, viaNode, sockets, port: await listen(app, '127.0.0.1:0', 'listen') };
}

/** The bytes of a request. */
export function requestBytes(line: string, body: string | Buffer | undefined, ...headers: string[]): Buffer {
  const bytes = Buffer.from(body ?? '');
  const lines = [`${line} HTTP/1.1`, 'host: x', ...headers];
  if (body !== undefined) lines.push(`content-length: ${bytes.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]);
}

export interface RawResponse {
  readonly status: number;
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each byte one latin1 character. */
  readonly body: string;
}

export interface RawClient {
  readonly socket: Socket;
  send(...bytes: readonly (string | Buffer)[]): void;
  /** The first so many responses. Rejects when the connection is closed before. */
  responses(count: number): Promise<RawResponse[]>;
  /** Resolves to all responses, once the server has closed its side. */
  closed(): Promise<RawResponse[]>;
}

/** A client that speaks to a real port byte by byte. */
export function rawClient(port: number): RawClient {
  // It does not close its side when the server has closed its own.
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  let pieces: string[] = [];
  let length = 0;
  let read: { responses: RawResponse[]; next: number } = { responses: [], next: 0 };
  socket.on('error', () => undefined);
  socket.setEncoding('latin1').on('data', (piece: string) => {
    pieces.push(piece);
    length += piece.length;
  });
  const readAll = () => {
    if (length >= read.next) {
      pieces = [pieces.join('')];
      read = readResponses(pieces[0] ?? '');
    }
    return read.responses;
  };
  let isClosed = false;
  const close = new Promise<void>((resolve) => {
    const note = () => {
      isClosed = true;
      resolve();
    };
    socket.once('end', note).once('close', note);
  });
  return {
    socket,
    send(...bytes) {
      for (const piece of bytes) socket.write(piece);
    },
    async responses(count) {
      for (;;) {
        const all = readAll();
        if (all.length >= count) return all.slice(0, count);
        if (isClosed) throw new Error(`closed after ${all.length} of ${count} responses: ${pieces.join('')}`);
        await Promise.race([once(socket, 'data'), close]);
      }
    },
    async closed() {
      await close;
      return readAll();
    },
  };
}

/** The complete responses, and the length of the text that has one more at least. */
function readResponses(text: string): { responses: RawResponse[]; next: number } {
  const responses: RawResponse[] = [];
  for (let at = 0; ; ) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return { responses, next: text.length + 1 };
    const [line = '', ...lines] = text.slice(at, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((header) => {
        const colon = header.indexOf(': ');
        return [header.slice(0, colon).toLowerCase(), header.slice(colon + 2)];
      }),
    );
    // Nothing but empty bodies of Node's own comes in chunks.
    const length = headers['transfer-encoding'] ? '0\r\n\r\n'.length : (headers['content-length'] ?? 0);
    at = end + 4 + Number(length);
    if (at > text.length) return { responses, next: at };
    responses.push({ status: Number(line.split(' ')[1]), headers, body: text.slice(end + 4, at) });
  }
}
