import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Fault } from './fault.ts';

const HTML = 'text/html';
const JSON_TYPE = 'application/json';
// Far beyond what any client takes, and made once.
const BOMB_BYTES = 128 * 1024 * 1024;
const GIANT_CHUNK = Buffer.alloc(64 * 1024, '0');
const GIANT_CHUNKS = 8 * 1024;
let bomb: Buffer | undefined;

/** Answers in place of the node, if the fault is such a one. */
export function refuseUnasked(fault: Fault, response: ServerResponse): boolean {
  switch (fault.mode) {
    case 'status500':
      send(response, 500, 'text/plain', Buffer.from('internal error'));
      return true;
    case 'status502':
      send(response, 502, HTML, Buffer.from('<html><h1>502 Bad Gateway</h1><hr>nginx</html>'));
      return true;
    case 'status429':
      response.setHeader('retry-after', String(fault.retryAfterSeconds));
      send(response, 429, 'text/plain', Buffer.from('too many requests'));
      return true;
    case 'html':
      send(response, 200, HTML, Buffer.from('<!doctype html><title>Welcome</title><h1>It works!</h1>'));
      return true;
    default:
      return false;
  }
}

/** Sends the node's answer as the fault has it: the call has been executed. False when the fault is of another kind. */
export function spoilAnswer(args: {
  readonly fault: Fault;
  readonly response: ServerResponse;
  readonly answer: Buffer;
  /** Ends the process without a word. */
  readonly kill: () => void;
}): boolean {
  const { fault, response, answer, kill } = args;
  const half = answer.subarray(0, Math.floor(answer.length / 2));
  switch (fault.mode) {
    case 'drop':
      begin(response, answer.length);
      response.write(half, () => response.destroy());
      return true;
    case 'kill':
      begin(response, answer.length);
      response.write(half, kill);
      return true;
    case 'hangBody':
      begin(response, answer.length);
      response.flushHeaders();
      return true;
    case 'drip':
      begin(response, answer.length);
      drip(response, answer, fault.intervalMs);
      return true;
    case 'reset':
      response.socket?.resetAndDestroy();
      return true;
    case 'truncated':
      send(response, 200, JSON_TYPE, half);
      return true;
    case 'giant':
      response.writeHead(200, { 'content-type': JSON_TYPE });
      response.write('{"jsonrpc":"2.0","id":1,"result":"0x');
      pour(response, GIANT_CHUNKS);
      return true;
    case 'bomb':
      bomb ??= gzipSync(Buffer.alloc(BOMB_BYTES, ' '));
      response.setHeader('content-encoding', 'gzip');
      send(response, 200, JSON_TYPE, bomb);
      return true;
    default:
      return false;
  }
}

export function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': type, 'content-length': body.length });
  response.end(body);
}

function begin(response: ServerResponse, length: number): void {
  response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': length });
}

function drip(response: ServerResponse, body: Buffer, intervalMs: number): void {
  let sent = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(sent, sent + 1));
    sent += 1;
    if (sent < body.length) return;
    clearInterval(timer);
    response.end();
  }, intervalMs);
  response.once('close', () => clearInterval(timer));
}

function pour(response: ServerResponse, chunks: number): void {
  for (let left = chunks; left > 0 && !response.destroyed; left -= 1) {
    if (response.write(GIANT_CHUNK)) continue;
    response.once('drain', () => pour(response, left - 1));
    return;
  }
  if (!response.destroyed) response.end('"}');
}
