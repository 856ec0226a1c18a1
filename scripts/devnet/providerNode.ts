import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Fault } from './fault.ts';
import { parseFault } from './fault.ts';
import { freezeRequest, freezeResponse } from './frozenHead.ts';
import { closeServer, createControlServer, listen, readBody } from './httpJson.ts';
import { type Json, mapItems, rpcItems } from './rpcItems.ts';
import { wrongResponse } from './wrongAnswer.ts';

// Nodes commonly take 5 MiB; more is a mistake of the caller's.
const MAX_REQUEST_BYTES = 5 * 1024 * 1024;
// Longer than a client's idle time, so that a pooled connection is not closed under a request.
const KEEP_ALIVE_MS = 65_000;
const NODE_CONNECTIONS = 64;
const METHOD = /"method"\s*:\s*"(\w{1,64})"/g;

export interface ProviderNodeOptions {
  /** The node that answers. */
  readonly nodeUrl: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly controlPort: number;
  /** What `die` does. The process ends; a test passes something gentler. */
  readonly exit: () => void;
}

/** What has arrived since the start. */
export interface ProviderStats {
  readonly requests: number;
  /** Calls by method, each item of a batch by itself. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface ProviderNode {
  readonly url: string;
  /** `GET /fault`, `POST /fault`, `GET /stats`. */
  readonly controlUrl: string;
  close(): Promise<void>;
}

/** A provider's endpoint: a JSON-RPC proxy before a node, with a switch that makes it fail on command. */
export async function startProviderNode(options: ProviderNodeOptions): Promise<ProviderNode> {
  const node = new Pool(options.nodeUrl, { connections: NODE_CONNECTIONS });
  const held = new Set<ServerResponse>();
  const calls: Record<string, number> = {};
  let requests = 0;
  let fault: Fault = { mode: 'none' };
  let head = 0n;

  const ask = async (body: Buffer | string): Promise<Buffer> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await node.request({ method: 'POST', path: '/', headers, body });
    return Buffer.from(await answer.body.arrayBuffer());
  };

  const askAltered = async (body: Buffer, active: Fault): Promise<Buffer> => {
    const request = JSON.parse(body.toString('utf8')) as Json;
    const methods = new Map(rpcItems(request).map((item) => [JSON.stringify(item.id), item.method]));
    const frozen = active.mode === 'behind';
    const sent = frozen ? mapItems(request, (item) => freezeRequest(item, head)) : request;
    const answer = JSON.parse((await ask(JSON.stringify(sent))).toString('utf8')) as Json;
    const altered = mapItems(answer, (item) => {
      const method = methods.get(JSON.stringify(item.id));
      if (frozen) return freezeResponse(method, item, head);
      return wrongResponse(method, item, active.mode === 'wrong' ? active.chainId : undefined);
    });
    return Buffer.from(JSON.stringify(altered));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, MAX_REQUEST_BYTES);
    requests += 1;
    for (const [, method = ''] of body.toString('latin1').matchAll(METHOD)) {
      calls[method] = (calls[method] ?? 0) + 1;
    }
    // One fault for the whole request, even when the switch is turned meanwhile.
    const active = fault;
    switch (active.mode) {
      case 'die':
      case 'hang':
        held.add(response);
        response.once('close', () => held.delete(response));
        return;
      case 'status500':
        send(response, 500, 'text/plain', Buffer.from('internal error'));
        return;
      case 'status429':
        response.setHeader('retry-after', String(active.retryAfterSeconds));
        send(response, 429, 'text/plain', Buffer.from('too many requests'));
        return;
      case 'html':
        send(
          response,
          200,
          'text/html',
          Buffer.from('<!doctype html><title>Welcome</title><h1>It works!</h1>'),
        );
        return;
      case 'slow':
        await delay(active.delayMs, undefined, { ref: false });
        break;
    }
    const altered = active.mode === 'behind' || active.mode === 'wrong';
    const answer = await (altered ? askAltered(body, active) : ask(body));
    if (active.mode === 'drop') cut(response, answer);
    else send(response, 200, 'application/json', answer);
  };

  const switchTo = async (next: Fault): Promise<void> => {
    if (next.mode === 'behind') {
      const answer = await ask('{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}');
      head = BigInt((JSON.parse(answer.toString('utf8')) as { result: string }).result);
    }
    fault = next;
    for (const response of held) response.destroy();
    // After the answer to the one who turned the switch.
    if (next.mode === 'die') setTimeout(options.exit, 50);
  };

  const server = createServer((request, response) => {
    // The node is away, or the client left: what a proxy answers then.
    serve(request, response).catch(() => send(response, 502, 'text/plain', Buffer.from('bad gateway')));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const control = createControlServer(async (route, body) => {
    if (route === 'GET /fault') return { status: 200, body: fault };
    if (route === 'GET /stats') return { status: 200, body: { requests, calls } satisfies ProviderStats };
    if (route !== 'POST /fault')
      return { status: 404, body: { error: 'GET /fault, POST /fault, GET /stats' } };
    await switchTo(parseFault(body));
    return { status: 200, body: fault };
  });
  const port = await listen(server, options.port);
  const controlPort = await listen(control, options.controlPort);
  return {
    url: `http://127.0.0.1:${port}`,
    controlUrl: `http://127.0.0.1:${controlPort}`,
    async close() {
      await Promise.all([closeServer(server), closeServer(control), node.destroy()]);
    },
  };
}

function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': type, 'content-length': body.length });
  response.end(body);
}

function cut(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}
