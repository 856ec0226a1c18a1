import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RpcRequest {
  readonly id: number;
  readonly method: string;
  readonly params?: unknown;
}

export interface RpcServer {
  readonly url: string;
  /** Every request that was received, in order. */
  readonly requests: readonly RpcRequest[];
  /** Replaces the behaviour for the requests to come. */
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
}

/** What the server does with a request; answering is its business. */
export type Behaviour = (request: RpcRequest, response: ServerResponse, message: IncomingMessage) => void;

/** A real HTTP server on 127.0.0.1 that answers as told. Close it in the test's end. */
export async function startRpcServer(initial: Behaviour): Promise<RpcServer> {
  let behaviour = initial;
  const requests: RpcRequest[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const request: RpcRequest = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      requests.push(request);
      behaviour(request, response, message);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    behave(next) {
      behaviour = next;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const json = { 'content-type': 'application/json' };

/** Answers with a result. */
export const result =
  (value: unknown): Behaviour =>
  (request, response) => {
    response.writeHead(200, json).end(JSON.stringify({ jsonrpc: '2.0', id: request.id, result: value }));
  };

/** Answers with a JSON-RPC error. */
export const rpcError =
  (error: unknown, http = 200, headers: Record<string, string> = {}): Behaviour =>
  (request, response) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: request.id, error });
    response.writeHead(http, { ...json, ...headers }).end(body);
  };

/** Answers with a body that is not made for the request; `ID` in it becomes the request's id. */
export const body =
  (text: string, http = 200, headers: Record<string, string> = {}): Behaviour =>
  (request, response) => {
    response.writeHead(http, headers).end(text.replace('ID', String(request.id)));
  };

/** Never answers. */
export const hang: Behaviour = () => {};

/** Ends the connection without a word. */
export const reset: Behaviour = (_request, response) => {
  response.socket?.resetAndDestroy();
};

/** Promises a body, sends half of it and drops the connection. */
export const dropMidBody: Behaviour = (request, response) => {
  const text = JSON.stringify({ jsonrpc: '2.0', id: request.id, result: '0x1234' });
  response.writeHead(200, { 'content-length': String(text.length) });
  response.write(text.slice(0, -8), () => response.destroy());
};

/** Sends the beginning of a body and then nothing. */
export const hangMidBody: Behaviour = (_request, response) => {
  response.writeHead(200, json);
  response.write('{"jsonrpc":"2.0",');
};

/** The address of a port that nothing listens on. */
export async function closedPort(): Promise<string> {
  const server = await startRpcServer(hang);
  await server.close();
  return server.url;
}
