import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const MAX_CONTROL_BYTES = 64 * 1024;

/** What a control route answers: a status and a JSON value. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Whole body of a request. Rejects when it is longer than `maxBytes` or the client leaves. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new RangeError(`a body of more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function sendJson(response: ServerResponse, answer: JsonAnswer): void {
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(answer.body)}\n`);
}

/**
 * A little JSON server for the switches of a development network. Only `application/json` bodies are read: a web page
 * in a browser on the same machine cannot send one here without being asked first, and here nobody says yes.
 */
export function createControlServer(handle: (route: string, body: unknown) => Promise<JsonAnswer>): Server {
  return createServer((request, response) => {
    void answer(request, handle)
      .catch((error: unknown) => ({
        status: 400,
        body: { error: error instanceof Error ? error.message : String(error) },
      }))
      .then((result) => sendJson(response, result));
  });
}

/** Listens on 127.0.0.1 and resolves with the port. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** Closes a server with all its connections, idle or not. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(
  request: IncomingMessage,
  handle: (route: string, body: unknown) => Promise<JsonAnswer>,
): Promise<JsonAnswer> {
  const route = `${request.method} ${request.url}`;
  if (request.method !== 'POST') return handle(route, undefined);
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return { status: 415, body: { error: 'content-type must be application/json' } };
  }
  const text = (await readBody(request, MAX_CONTROL_BYTES)).toString('utf8');
  return handle(route, JSON.parse(text));
}
