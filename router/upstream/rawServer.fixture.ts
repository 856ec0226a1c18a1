import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** One request as it came, on the connection it came on. */
export interface RawRequest {
  readonly id: string;
  readonly method: string;
  readonly socket: Socket;
  /** Of the connection, counted from 0 in the order of their opening. */
  readonly connection: number;
  /** Of the request on its connection, counted from 0. */
  readonly turn: number;
  /** The whole body. */
  readonly body: string;
}

export interface RawServer {
  readonly port: number;
  readonly requests: readonly RawRequest[];
  /** Connections that are open now. */
  openConnections(): number;
  close(): Promise<void>;
}

export interface RawServerArgs {
  /** Answers, or not, with whatever bytes. */
  readonly onRequest: (request: RawRequest) => void;
  readonly onConnection?: (socket: Socket, connection: number) => void;
  readonly tls?: TlsOptions;
}

/** A real TCP or TLS server that may break every rule of HTTP. */
export async function startRawServer(args: RawServerArgs): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  function serve(socket: Socket) {
    const connection = connections;
    connections += 1;
    let turn = 0;
    let text = '';
    socket.setNoDelay(true);
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1');
      for (;;) {
        const split = text.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
        if (split < 0 || text.length < split + 4 + length) return;
        const body = text.slice(split + 4, split + 4 + length);
        text = text.slice(split + 4 + length);
        const [first] = [JSON.parse(body)].flat();
        const request = { id: String(first.id), method: first.method, socket, connection, turn, body };
        turn += 1;
        requests.push(request);
        args.onRequest(request);
      }
    });
    args.onConnection?.(socket, connection);
  }

  const server: Server = args.tls ? createTlsServer(args.tls, serve) : createServer(serve);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // Peers that break off are what these tests are about.
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {}).on('secureConnection', (socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    openConnections: () => sockets.size,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A right answer's JSON. */
export const answer = (id: string, result = '"0x1"') => `{"jsonrpc":"2.0","id":${id},"result":${result}}`;

/** A response with its true length. */
export const response = (body: string, headers: readonly string[] = []) =>
  [`HTTP/1.1 200 OK`, ...headers, `content-length: ${body.length}`, '', body].join('\r\n');

/** A response whose head is given but for the empty line. */
export const withHead = (lines: readonly string[], body = '') => [...lines, '', body].join('\r\n');
