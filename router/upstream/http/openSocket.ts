import net, { isIP, type LookupFunction, type Socket } from 'node:net';
import tls from 'node:tls';
import { failureReason } from '../failureReason.ts';
import type { FailureReason } from '../outcome.ts';

export interface SocketAddress {
  readonly secure: boolean;
  /** A name or a literal address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

// The call's own time usually ends first; this gives the socket up when nobody waits any more.
const CONNECT_TIMEOUT_MS = 10_000;
// A name's next address is tried after this: a handshake around the globe takes 300 ms.
const NEXT_ADDRESS_MS = 1_000;

/** A socket whose bytes are read by one listener only. */
export interface OpenSocket {
  readonly socket: Socket;
  /** @param listener What it is given is a view on memory that is used again: it copies what it keeps. */
  onPiece(listener: (piece: Buffer) => void): void;
}

// One for all: a piece is read before the next one comes, on whichever socket. In place of 64 KiB for each piece.
const memory = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Opens a socket, over TLS with the server's certificate checked.
 * @param lookup Resolves the name; the socket connects to nothing but what it gives.
 * @param done Called once: with nothing when the socket is ready for use. It has no listeners then.
 */
export function openSocket(
  address: SocketAddress,
  lookup: LookupFunction | undefined,
  done: (failed?: FailureReason) => void,
): OpenSocket {
  const { secure, host, port } = address;
  // Before the listener is there nothing may come: it ends the socket.
  let take = (_piece: Buffer): void => fail('malformed');
  const options = {
    host,
    port,
    noDelay: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    ...(lookup && { lookup }),
    onread: {
      buffer: memory,
      callback(length: number) {
        take(memory.subarray(0, length));
        return true;
      },
    },
  };
  const socket = secure
    ? tls.connect({
        ...options,
        rejectUnauthorized: true,
        ALPNProtocols: ['http/1.1'],
        ...(isIP(host) === 0 && { servername: host }),
      })
    : net.connect(options);
  const ready = secure ? 'secureConnect' : 'connect';
  const timer = setTimeout(() => fail('timeout'), CONNECT_TIMEOUT_MS);
  const onError = (error: Error) => fail(failureReason(error));
  const onClose = () => fail('reset');

  function settle() {
    clearTimeout(timer);
    socket.off(ready, onReady).off('close', onClose);
  }

  function onReady() {
    settle();
    socket.off('error', onError);
    done();
  }

  function fail(reason: FailureReason) {
    settle();
    // Its error may still come, and has been told: it must not end the process.
    socket.off('error', onError).on('error', () => {});
    socket.destroy();
    // Nothing was sent: it must not look like an exchange that broke off.
    done(reason === 'reset' ? (secure ? 'tls' : 'refused') : reason);
  }

  socket.on(ready, onReady).on('error', onError).on('close', onClose);
  return {
    socket,
    onPiece(listener) {
      take = listener;
    },
  };
}
