import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import { encodeJson, type RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import { createGuardedLookup, isPublicAddress, type Resolve } from './addressGuard.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import { createExchange, failure } from './exchange.ts';
import { failureReason } from './failureReason.ts';
import type { UpstreamClient, UpstreamTarget } from './outcome.ts';

export interface UpstreamClientArgs {
  readonly clock: Clock;
  /** Default 32 MiB: above the largest block traces that nodes give. */
  readonly maxResponseBytes?: number;
  /** Default 128. Further calls to the same origin wait for a free connection. */
  readonly maxConnectionsPerOrigin?: number;
  /** Where names are resolved; the system's resolver by default. */
  readonly resolve?: Resolve;
}

const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;
const MAX_CONNECTIONS_PER_ORIGIN = 128;
// The call's own timeout usually ends first; this gives the socket up when nobody waits any more.
const CONNECT_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** Speaks JSON-RPC over HTTP/1.1 with kept-alive connections. The answering nodes are taken as hostile. */
export function createUpstreamClient(args: UpstreamClientArgs): UpstreamClient {
  const { clock } = args;
  const maxResponseBytes = args.maxResponseBytes ?? MAX_RESPONSE_BYTES;
  const agent = (connect: buildConnector.BuildOptions) =>
    new Agent({
      connect: buildConnector({ ...connect, allowH2: false, timeout: CONNECT_TIMEOUT_MS }),
      allowH2: false,
      connections: args.maxConnectionsPerOrigin ?? MAX_CONNECTIONS_PER_ORIGIN,
      maxHeaderSize: MAX_HEADER_BYTES,
      // One timer of our own covers connecting, headers and body.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  // Two agents, so that a connection opened without the guard never serves a call that needs it.
  const openAgent = agent({});
  const guardedAgent = agent({ lookup: createGuardedLookup(args.resolve) });
  const endpoints = new WeakMap<UpstreamTarget, Endpoint | 'invalid'>();
  let lastId = 0;

  function endpointOf(target: UpstreamTarget): Endpoint | 'invalid' {
    let endpoint = endpoints.get(target);
    if (endpoint === undefined) {
      endpoint = parseEndpoint(target.url) ?? 'invalid';
      endpoints.set(target, endpoint);
    }
    return endpoint;
  }

  return {
    call(target, call, options) {
      const startedAt = clock.now();
      const endpoint = endpointOf(target);
      const isPrivate = (address: string) => !target.allowPrivate && !isPublicAddress(address);
      if (endpoint === 'invalid') return Promise.resolve(failure('malformed', ms(0)));
      if (endpoint.address !== undefined && isPrivate(endpoint.address)) {
        return Promise.resolve(failure('private-address', ms(0)));
      }
      if (options.signal?.aborted) return Promise.resolve(failure('aborted', ms(0)));
      lastId += 1;
      const id = String(lastId);
      return new Promise((resolve) => {
        const exchange = createExchange({
          method: call.method,
          id,
          startedAt,
          clock,
          maxResponseBytes,
          timeoutMs: options.timeoutMs,
          signal: options.signal,
          resolve,
        });
        const dispatcher = target.allowPrivate ? openAgent : guardedAgent;
        try {
          dispatcher.dispatch(requestOf(endpoint, id, call.method, call.params), exchange.handler);
        } catch (error) {
          // Thrown when the client is closed already, or for a path that undici refuses.
          exchange.fail(failureReason(error));
        }
      });
    },

    async close() {
      await Promise.all([openAgent.destroy(), guardedAgent.destroy()]);
    },
  };
}

function requestOf(
  endpoint: Endpoint,
  id: string,
  method: string,
  params: RawJson | undefined,
): Dispatcher.DispatchOptions {
  const tail = params === undefined ? '}' : `,"params":${params}}`;
  const text = `{"jsonrpc":"2.0","id":${id},"method":${encodeJson(method)}${tail}`;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json',
    // No decompression, no bomb.
    'accept-encoding': 'identity',
    'user-agent': 'din',
  };
  if (endpoint.authorization !== undefined) headers.authorization = endpoint.authorization;
  return {
    origin: endpoint.origin,
    path: endpoint.path,
    method: 'POST',
    headers,
    body: Buffer.from(text, 'latin1'),
  };
}
