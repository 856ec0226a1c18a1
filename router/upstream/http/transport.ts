import type { Clock } from '../../core/clock.ts';
import { createGuardedLookup, type Resolve } from '../addressGuard.ts';
import type { HttpRequest } from './connection.ts';
import { openSocket, type SocketAddress } from './openSocket.ts';
import { type Cancelled, createPool, type Pool, refuse } from './pool.ts';

/** Carries requests over kept connections. */
export interface Transport {
  /** The request hears how it ends, unless it is cancelled, and never before this returns. */
  send(origin: Origin, request: HttpRequest): void;
  /** @see Pool.cancel */
  cancel(origin: Origin, request: HttpRequest, hasHung: boolean): Cancelled;
  close(): void;
}

export interface Origin extends SocketAddress {
  /** Equal for those that may share connections. */
  readonly key: string;
  /** A literal address has been checked already; a name is refused unless all of its addresses are public. */
  readonly guarded: boolean;
}

export interface TransportArgs {
  readonly clock: Clock;
  readonly maxBodyBytes: number;
  readonly maxConnectionsPerEndpoint: number;
  readonly resolve?: Resolve | undefined;
}

const MAX_HEADER_BYTES = 16 * 1024;
const SWEEP_INTERVAL_MS = 1_000;

export function createTransport(args: TransportArgs): Transport {
  const { clock } = args;
  const limits = { maxHeaderBytes: MAX_HEADER_BYTES, maxBodyBytes: args.maxBodyBytes };
  const guardedLookup = createGuardedLookup(args.resolve);
  const pools = new Map<string, Pool>();
  const sweeping = setInterval(sweep, SWEEP_INTERVAL_MS).unref();

  function sweep() {
    for (const [key, pool] of pools) {
      pool.sweep();
      if (pool.isEmpty()) pools.delete(key);
    }
  }

  function createOriginPool({ secure, host, port, guarded }: Origin): Pool {
    const lookup = guarded ? guardedLookup : undefined;
    const open = (done: Parameters<typeof openSocket>[2]) => openSocket({ secure, host, port }, lookup, done);
    return createPool({ clock, limits, maxConnections: args.maxConnectionsPerEndpoint, open });
  }

  let closed = false;
  return {
    send(origin, request) {
      if (closed) return refuse(request);
      let pool = pools.get(origin.key);
      if (!pool) {
        pool = createOriginPool(origin);
        pools.set(origin.key, pool);
      }
      pool.send(request);
    },
    cancel(origin, request, hasHung) {
      return pools.get(origin.key)?.cancel(request, hasHung) ?? { unsent: true, head: undefined };
    },
    close() {
      closed = true;
      clearInterval(sweeping);
      for (const pool of pools.values()) pool.close();
      pools.clear();
    },
  };
}
