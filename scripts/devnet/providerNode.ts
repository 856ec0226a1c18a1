import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { alteredItem, isAltering } from './alteredItem.ts';
import { openDoor } from './door.ts';
import type { Fault } from './fault.ts';
import { parseFault } from './fault.ts';
import { freezeRequest } from './frozenHead.ts';
import { closeServer, createControlServer, listen, readBody } from './httpJson.ts';
import { type Json, mapItems, rpcItems } from './rpcItems.ts';
import { refuseUnasked, send, spoilAnswer } from './spoiltAnswer.ts';

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
  /** What `die` and `kill` do. The process ends; a test passes something gentler. */
  readonly exit: (signal?: 'SIGKILL') => void;
}

/** What has arrived since the start. */
export interface ProviderStats {
  readonly requests: number;
  /** Calls by method, each item of a batch by itself. */
  readonly calls: Readonly<Record<string, number>>;
  /** Requests, and connections for `tls`, that met the present fault. */
  readonly spoilt: number;
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
  let spoilt = 0;
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
    const altered = mapItems(answer, (item) =>
      alteredItem(active, head, methods.get(JSON.stringify(item.id)), item),
    );
    return Buffer.from(JSON.stringify(altered));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, MAX_REQUEST_BYTES);
    requests += 1;
    for (const [, method = ''] of body.toString('latin1').matchAll(METHOD)) {
      calls[method] = (calls[method] ?? 0) + 1;
    }
    // One fault for the whole request, even when the switch is turned meanwhile.
    const elsewhere = fault.mode === 'wrong' && fault.path !== undefined && fault.path !== request.url;
    const active: Fault = elsewhere ? { mode: 'none' } : fault;
    if (active.mode !== 'none') spoilt += 1;
    if (active.mode === 'die' || active.mode === 'hang') {
      held.add(response);
      response.once('close', () => held.delete(response));
      return;
    }
    if (refuseUnasked(active, response)) return;
    if (active.mode === 'slow') await delay(active.delayMs, undefined, { ref: false });
    const answer = await (isAltering(active) ? askAltered(body, active) : ask(body));
    if (!spoilAnswer({ fault: active, response, answer, kill: () => options.exit('SIGKILL') }))
      send(response, 200, 'application/json', answer);
  };

  const switchTo = async (next: Fault): Promise<void> => {
    if (next.mode === 'behind') {
      const answer = await ask('{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}');
      head = BigInt((JSON.parse(answer.toString('utf8')) as { result: string }).result);
    }
    fault = next;
    spoilt = 0;
    for (const response of held) response.destroy();
    await door.turn(next.mode === 'refuse' ? 'closed' : next.mode === 'tls' ? 'tls' : 'http');
    // After the answer to the one who turned the switch.
    if (next.mode === 'die') setTimeout(() => options.exit(), 50);
  };

  const server = createServer((request, response) => {
    // The node is away, or the client left: what a proxy answers then.
    serve(request, response).catch(() => send(response, 502, 'text/plain', Buffer.from('bad gateway')));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const control = createControlServer(async (route, body) => {
    if (route === 'GET /fault') return { status: 200, body: fault };
    if (route === 'GET /stats')
      return { status: 200, body: { requests, calls, spoilt } satisfies ProviderStats };
    if (route !== 'POST /fault')
      return { status: 404, body: { error: 'GET /fault, POST /fault, GET /stats' } };
    await switchTo(parseFault(body));
    return { status: 200, body: fault };
  });
  const door = await openDoor(server, options.port, () => {
    spoilt += 1;
  });
  const controlPort = await listen(control, options.controlPort);
  return {
    url: `http://127.0.0.1:${door.port}`,
    controlUrl: `http://127.0.0.1:${controlPort}`,
    async close() {
      await Promise.all([door.turn('closed'), closeServer(control), node.destroy()]);
    },
  };
}
