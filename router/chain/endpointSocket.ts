import { RpcRequestError, TimeoutError, WebSocketRequestError } from 'viem';

/**
 * JSON-RPC over one WebSocket. Connects with the first request, and anew with the first after it was lost: whoever
 * follows a chain asks again and again, so nothing else needs to bring it back.
 */
export interface EndpointSocket {
  /** @throws viem's `RpcRequestError`, `TimeoutError`, `WebSocketRequestError`. */
  request(body: RpcBody): Promise<unknown>;
  close(): void;
}

export interface RpcBody {
  readonly method: string;
  readonly params?: unknown;
}

export interface EndpointSocketOptions {
  readonly url: string;
  readonly timeoutMs: number;
  /** Called with the number of each block that the node announces. */
  onHead(head: bigint): void;
}

interface Pending {
  readonly body: RpcBody;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Connection {
  readonly socket: WebSocket;
  readonly pending: Map<number, Pending>;
  /** Messages so far: whether anything comes through. */
  heard: number;
}

const SUBSCRIPTION_ID = 0;

export function createEndpointSocket({ url, timeoutMs, onHead }: EndpointSocketOptions): EndpointSocket {
  let connection: Connection | undefined;
  let lastId = SUBSCRIPTION_ID;
  let closed = false;

  function connect(): Connection {
    const socket = new WebSocket(url);
    const opened: Connection = { socket, pending: new Map(), heard: 0 };
    socket.addEventListener('open', () => {
      socket.send(message(SUBSCRIPTION_ID, { method: 'eth_subscribe', params: ['newHeads'] }));
      for (const [id, { body }] of opened.pending) socket.send(message(id, body));
    });
    socket.addEventListener('message', ({ data }) => {
      opened.heard += 1;
      hear(opened, data);
    });
    socket.addEventListener('error', ({ message }) => drop(opened, message || 'the connection failed'));
    socket.addEventListener('close', ({ code }) => drop(opened, `closed with code ${code}`));
    connection = opened;
    return opened;
  }

  function drop(dropped: Connection, reason: string): void {
    if (connection === dropped) connection = undefined;
    for (const { body, reject } of dropped.pending.values())
      reject(new WebSocketRequestError({ url, body: { ...body }, details: reason }));
    dropped.pending.clear();
    dropped.socket.close();
  }

  function hear(from: Connection, data: unknown): void {
    const answer = parse(data);
    if (answer === undefined) {
      drop(from, 'a message that is no JSON-RPC');
      return;
    }
    if (answer.method === 'eth_subscription') {
      const head = announcedHead(answer.params);
      if (head !== undefined) onHead(head);
      return;
    }
    const asked = typeof answer.id === 'number' ? from.pending.get(answer.id) : undefined;
    if (asked === undefined) return;
    from.pending.delete(answer.id as number);
    const error = rpcError(answer.error);
    if (error === undefined) asked.resolve(answer.result);
    else asked.reject(new RpcRequestError({ url, body: { ...asked.body }, error }));
  }

  return {
    async request(body) {
      if (closed) throw new WebSocketRequestError({ url, body: { ...body }, details: 'closed by ourselves' });
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const used = connection ?? connect();
      const heardBefore = used.heard;
      lastId += 1;
      const id = lastId;
      used.pending.set(id, { body, resolve, reject });
      if (used.socket.readyState === WebSocket.OPEN) used.socket.send(message(id, body));
      const timer = setTimeout(() => {
        used.pending.delete(id);
        reject(new TimeoutError({ url, body: { ...body } }));
        // A connection that has gone silent looks open for hours.
        if (used.heard === heardBefore) drop(used, 'nothing comes through');
      }, timeoutMs);
      return await promise.finally(() => clearTimeout(timer));
    },
    close() {
      closed = true;
      if (connection !== undefined) drop(connection, 'closed by ourselves');
    },
  };
}

function message(id: number, body: RpcBody): string {
  return JSON.stringify({ jsonrpc: '2.0', id, ...body });
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

function parse(data: unknown): Message | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function rpcError(error: unknown): { code: number; message: string; data?: unknown } | undefined {
  if (error === undefined || error === null) return undefined;
  const { code, message, data } = error as Record<string, unknown>;
  return { code: typeof code === 'number' ? code : -1, message: String(message), data };
}

/** `{ subscription, result: { number } }`; undefined when it is not of that shape. */
function announcedHead(params: unknown): bigint | undefined {
  const number = (params as { result?: { number?: unknown } } | undefined)?.result?.number;
  return typeof number === 'string' && /^0x[0-9a-f]{1,16}$/i.test(number) ? BigInt(number) : undefined;
}
