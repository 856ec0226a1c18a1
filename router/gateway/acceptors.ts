import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ListenAddress } from '../core/listenAddress.ts';

/** Sockets that listen beside the app's own, and hand it what they take. */
export interface Acceptors {
  open(address: ListenAddress, backlog: number): Promise<void>;
}

/**
 * An event loop takes one waiting connection a turn from each socket that listens, and a turn of a busy gateway is as
 * long as there are calls on its open connections: a thousand that come at once waited for seconds. With more sockets
 * on the port, among which the system spreads connections, it takes as many a turn.
 * @param app not ready yet: what they took is closed with it
 */
export function createAcceptors(app: FastifyInstance, count: number): Acceptors {
  const acceptors: Server[] = [];
  const closed: Promise<unknown>[] = [];
  app.addHook('preClose', async () => {
    for (const acceptor of acceptors) {
      closed.push(once(acceptor, 'close'));
      acceptor.close();
    }
  });
  app.addHook('onClose', async () => {
    await Promise.all(closed);
  });
  return {
    async open({ host, port }, backlog) {
      for (let opened = 0; opened < count; opened++) {
        // As Node's HTTP server takes its own.
        const acceptor = createServer({ allowHalfOpen: true, noDelay: true });
        acceptor.on('connection', (socket) => app.server.emit('connection', socket));
        acceptor.listen({ host, port, backlog, reusePort: true });
        await once(acceptor, 'listening');
        acceptors.push(acceptor);
      }
    },
  };
}
