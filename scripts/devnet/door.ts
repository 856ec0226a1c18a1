import type { Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { OTHER_CERTIFICATE, OTHER_KEY } from '../../router/upstream/certificates.fixture.ts';
import { closeServer, listen } from './httpJson.ts';

export type DoorState = 'http' | 'tls' | 'closed';

/** A server's port: open, closed so that connections are refused, or with a certificate of nobody's. */
export interface Door {
  readonly port: number;
  turn(to: DoorState): Promise<void>;
}

/** @param onTlsKnock a connection to the port while it speaks TLS */
export async function openDoor(server: Server, atPort: number, onTlsKnock: () => void): Promise<Door> {
  // Of both servers; those that never spoke are known to neither.
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  server.on('connection', track);
  const port = await listen(server, atPort);
  let state: DoorState = 'http';
  let tls: TlsServer | undefined;
  let last: Promise<void> = Promise.resolve();

  async function change(to: DoorState): Promise<void> {
    if (to === state) return;
    if (state !== 'closed') {
      const closed = closeServer(tls ?? server);
      for (const socket of sockets) socket.destroy();
      await closed;
    }
    tls = undefined;
    state = 'closed';
    if (to === 'http') await listen(server, port);
    if (to === 'tls') {
      tls = await openTls(port, (socket) => {
        track(socket);
        onTlsKnock();
      });
    }
    state = to;
  }

  return {
    port,
    turn(to) {
      last = last.then(() => change(to));
      return last;
    },
  };
}

async function openTls(port: number, onKnock: (socket: Socket) => void): Promise<TlsServer> {
  const server = createTlsServer({ cert: OTHER_CERTIFICATE, key: OTHER_KEY });
  server.on('connection', onKnock);
  // Whoever does not trust it ends the handshake.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  await listen(server, port);
  return server;
}
