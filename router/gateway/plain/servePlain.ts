import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { RpcAnswers } from '../rpcAnswers.ts';
import { createPlainConnection, type PlainConnection } from './plainConnection.ts';

export interface ServePlainArgs {
  readonly server: Server;
  readonly answers: RpcAnswers;
  /** A connection may take so long for its first request, and for each from its first byte to its last. */
  readonly requestTimeoutMs: number;
  /** A connection may rest so long between requests. */
  readonly keepAliveMs: number;
}

const SWEEP_INTERVAL_MS = 1_000;

/**
 * Has the server answer plain requests to `POST /:network` straight over their sockets, at less than half the cost of
 * Node's HTTP streams. A connection that sends anything else is handed to the server as if it had just come, for good.
 */
export function servePlain({ server, answers, requestTimeoutMs, keepAliveMs }: ServePlainArgs): void {
  const connections = new Set<PlainConnection>();
  const others = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const connection = createPlainConnection({
      socket,
      answers,
      keepAliveSeconds: keepAliveMs / 1_000,
      isClosing: () => !server.listening,
      handOver(first) {
        socket.pause();
        socket.unshift(first);
        for (const listener of others) listener.call(server, socket);
        socket.resume();
      },
      onGone: () => connections.delete(connection),
    });
    connections.add(connection);
  });

  const sweeping = setInterval(() => {
    for (const connection of connections) {
      connection.tick(requestTimeoutMs / SWEEP_INTERVAL_MS, keepAliveMs / SWEEP_INTERVAL_MS);
    }
  }, SWEEP_INTERVAL_MS).unref();
  server.on('close', () => clearInterval(sweeping));

  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdle();
    for (const connection of connections) if (connection.isIdle()) connection.close();
  };
  const closeAll = server.closeAllConnections.bind(server);
  server.closeAllConnections = () => {
    closeAll();
    for (const connection of connections) connection.close();
  };
}
