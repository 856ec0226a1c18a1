/**
 * All endpoints of the bench in one process: `node nodesMain.ts <task>`, see {@link NodesTask}. What a real node has
 * answered once is answered again from memory, so that the endpoints cost next to nothing; `/<provider>/<chain id>`
 * tells them apart. It ends with its parent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Pool } from 'undici';
import type { NodesOrder, NodesTask, NodesWord } from './nodesTask.ts';

const task: NodesTask = JSON.parse(process.argv[2] ?? '{}');
const node = new Pool(task.nodeUrl, { connections: 32 });
/** JSON of results, by question. */
const known = new Map<string, string>();
const MOST_KNOWN = 100_000;
const KEEP_ALIVE_MS = 600_000;
let down = new Set<string>();
let calls = 0;
let passed = 0;
let bytes = 0;

const tell = (word: NodesWord) => process.send?.(word);
process.once('disconnect', () => process.exit());
process.on('message', (order: NodesOrder) => {
  if (order.kind === 'stats') return tell({ kind: 'stats', calls, passed, bytes });
  down = new Set(order.providers.map(String));
  return tell({ kind: 'done' });
});

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = KEEP_ALIVE_MS;
server.listen(0, '127.0.0.1', () =>
  tell({ kind: 'listening', port: (server.address() as AddressInfo).port }),
);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, provider = '', chainId = ''] = (request.url ?? '').split('/');
  const { id, method, params = [] } = JSON.parse(await text(request));
  calls += 1;
  if (down.has(provider)) {
    response.writeHead(503).end();
    return;
  }
  const body =
    method === 'eth_chainId'
      ? `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":"0x${Number(chainId).toString(16)}"}`
      : `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${await resultOf(method, params)}}`;
  bytes += body.length;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** The member of the answer that is not the same for each call. */
async function resultOf(method: string, params: unknown): Promise<string> {
  const question = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const found = known.get(question);
  if (found !== undefined) return found;
  passed += 1;
  const headers = { 'content-type': 'application/json' };
  const asked = await node.request({ method: 'POST', path: '/', headers, body: question });
  const given = (await asked.body.json()) as { result?: unknown; error?: unknown };
  const member =
    'error' in given ? `"error":${JSON.stringify(given.error)}` : `"result":${JSON.stringify(given.result)}`;
  if (known.size < MOST_KNOWN) known.set(question, member);
  return member;
}
