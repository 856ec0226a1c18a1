import type { Clock } from '../../core/clock.ts';
import { type Ms, ms } from '../../core/units.ts';
import type { FailureReason } from '../outcome.ts';
import { type Connection, createConnection, type HttpRequest } from './connection.ts';
import type { OpenSocket } from './openSocket.ts';
import type { ResponseHead } from './responseHead.ts';
import type { ResponseLimits } from './responseParser.ts';

/** The connections to one URL. */
export interface Pool {
  send(request: HttpRequest): void;
  /**
   * Takes a request back; when it has left already, its connection is closed.
   * @param hasHung It waited for a connection in vain.
   */
  cancel(request: HttpRequest, hasHung: boolean): Cancelled;
  /** Closes what has been idle for too long. */
  sweep(): void;
  isEmpty(): boolean;
  close(): void;
}

export interface Cancelled {
  readonly unsent: boolean;
  readonly head: ResponseHead | undefined;
}

export interface PoolArgs {
  readonly clock: Clock;
  readonly limits: ResponseLimits;
  readonly maxConnections: number;
  open(done: (failed?: FailureReason) => void): OpenSocket;
}

// Servers close idle connections after 5 s (Node, which says so) to some minutes; most home-made ones after 15 s and more.
const IDLE_MS = 10_000;
// Between the server's closing and our seeing it.
const CLOSING_MARGIN_MS = 1_000;

/** Ends a request that is sent to what is closed. */
export function refuse(request: HttpRequest): void {
  queueMicrotask(() => request.onFailure({ reason: 'aborted', head: undefined, unsent: true }));
}

export function createPool(args: PoolArgs): Pool {
  const { clock, maxConnections } = args;
  const opening = new Set<OpenSocket>();
  /** Changes only when one opens or closes. */
  const open = new Set<Connection>();
  // The last one used is used next, so that those not needed grow old.
  const idle: { connection: Connection; until: Ms }[] = [];
  const waiting = new Set<HttpRequest>();
  let closed = false;

  function assign(connection: Connection, request: HttpRequest, kept: boolean) {
    connection.send(request, kept);
  }

  function takeIdle(): Connection | undefined {
    for (;;) {
      const last = idle.pop();
      if (!last || last.until > clock.now()) return last?.connection;
      last.connection.close();
    }
  }

  function takeWaiting(): HttpRequest | undefined {
    for (const request of waiting) {
      waiting.delete(request);
      return request;
    }
    return undefined;
  }

  /** Its end will be no news. */
  function giveUp(opened: OpenSocket) {
    opening.delete(opened);
    opened.socket.destroy();
  }

  function openMore() {
    while (!closed && opening.size < waiting.size && opening.size + open.size < maxConnections) {
      const opened = args.open((failed) => {
        // Given up already: its end is no news.
        if (!opening.delete(opened)) return;
        if (failed) takeWaiting()?.onFailure({ reason: failed, head: undefined, unsent: true });
        else serve(connect(opened), false);
        openMore();
      });
      opening.add(opened);
    }
  }

  function connect(opened: OpenSocket): Connection {
    const connection = createConnection({
      opened,
      limits: args.limits,
      onFree: ({ keepAliveSeconds }) => serve(connection, true, keepAliveSeconds),
      onClosed() {
        open.delete(connection);
        const at = idle.findIndex((entry) => entry.connection === connection);
        if (at >= 0) idle.splice(at, 1);
        openMore();
      },
      onStale(request) {
        // Where the server has closed one idle connection, the others are no better.
        for (const { connection } of idle.splice(0)) connection.close();
        request.repeatable = false;
        send(request);
      },
    });
    open.add(connection);
    return connection;
  }

  function serve(connection: Connection, kept: boolean, keepAliveSeconds = Number.POSITIVE_INFINITY) {
    const request = takeWaiting();
    if (request) return assign(connection, request, kept);
    const span = Math.min(IDLE_MS, keepAliveSeconds * 1_000 - CLOSING_MARGIN_MS);
    idle.push({ connection, until: ms(clock.now() + span) });
  }

  function send(request: HttpRequest) {
    if (closed) return refuse(request);
    const connection = waiting.size === 0 ? takeIdle() : undefined;
    if (connection) return assign(connection, request, true);
    waiting.add(request);
    openMore();
  }

  return {
    send,
    cancel(request, hasHung) {
      if (waiting.delete(request)) {
        // One of those that are being opened hangs too, and the oldest has for the longest.
        const [oldest] = opening;
        if (hasHung && oldest && opening.size > waiting.size) giveUp(oldest);
        return { unsent: true, head: undefined };
      }
      const connection = open.values().find((one) => one.carries(request));
      const head = connection?.head();
      connection?.close();
      return { unsent: false, head };
    },
    sweep() {
      const now = clock.now();
      for (const { connection } of idle.filter(({ until }) => until <= now)) connection.close();
    },
    isEmpty: () => opening.size + open.size + waiting.size === 0,
    close() {
      closed = true;
      for (const opened of opening) giveUp(opened);
      for (const { connection } of idle.splice(0)) connection.close();
      for (const connection of open) connection.fail('aborted');
      for (let next = takeWaiting(); next; next = takeWaiting()) {
        next.onFailure({ reason: 'aborted', head: undefined, unsent: true });
      }
    },
  };
}
