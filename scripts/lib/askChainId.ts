import { setTimeout as after } from 'node:timers/promises';

const TIMEOUT_MS = 10_000;
// A right answer has about 50 bytes.
const MAX_ANSWER_BYTES = 64 * 1024;
const REQUEST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });

export type ChainIdAnswer =
  | { readonly ok: true; readonly chainId: bigint }
  /** `why` is our own words, nothing of the endpoint's. */
  | { readonly ok: false; readonly why: string };

/** Asks an endpoint (http, https, ws or wss) for its chain id. Never rejects; follows no redirect. */
export async function askChainId(url: string, timeoutMs = TIMEOUT_MS): Promise<ChainIdAnswer> {
  try {
    const text = url.startsWith('ws') ? await askSocket(url, timeoutMs) : await askHttp(url, timeoutMs);
    return typeof text === 'string' ? read(text) : text;
  } catch (error) {
    return { ok: false, why: reasonOf(error, timeoutMs) };
  }
}

async function askHttp(url: string, timeoutMs: number): Promise<string | ChainIdAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    body: REQUEST,
    headers: { 'content-type': 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    return { ok: false, why: `it answered with HTTP status ${response.status}` };
  }
  let size = 0;
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) return { ok: false, why: 'its answer is far too long' };
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function askSocket(url: string, timeoutMs: number): Promise<string> {
  const socket = new WebSocket(url);
  const waiting = new AbortController();
  try {
    return await Promise.race([
      new Promise<string>((resolve, reject) => {
        socket.onopen = () => socket.send(REQUEST);
        socket.onmessage = ({ data }) => resolve(String(data).slice(0, MAX_ANSWER_BYTES));
        socket.onerror = () => reject(new Error('it takes no WebSocket connection'));
        socket.onclose = () => reject(new Error('it closed the WebSocket without an answer'));
      }),
      after(timeoutMs, undefined, { signal: waiting.signal }).then(() => {
        throw new DOMException('', 'TimeoutError');
      }),
    ]);
  } finally {
    waiting.abort();
    socket.close();
  }
}

function read(text: string): ChainIdAnswer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { ok: false, why: 'its answer is not JSON' };
  }
  const result = typeof body === 'object' && body !== null && 'result' in body ? body.result : undefined;
  return typeof result === 'string' && /^0x[0-9a-f]{1,64}$/i.test(result)
    ? { ok: true, chainId: BigInt(result) }
    : { ok: false, why: 'it does not answer eth_chainId as JSON-RPC 2.0 says' };
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'the request failed';
  if (error.name === 'TimeoutError') return `it did not answer within ${timeoutMs} ms`;
  const cause = error.cause;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string')
    return `the connection failed (${cause.code})`;
  return error.message;
}
