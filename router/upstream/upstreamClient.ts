import type { Clock } from '../core/clock.ts';
import { encodeJson, type RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import type { Resolve } from './addressGuard.ts';
import { parseEndpoint, requestBytes } from './endpoint.ts';
import type { HttpRequest } from './http/connection.ts';
import { createTransport } from './http/transport.ts';
import type { UpstreamClient, UpstreamFailure, UpstreamTarget } from './outcome.ts';
import { createPendingCall, failure } from './pendingCall.ts';
import { readAnswer } from './readAnswer.ts';

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

/** Speaks JSON-RPC over HTTP/1.1 with kept-alive connections. The answering nodes are taken as hostile. */
export function createUpstreamClient(args: UpstreamClientArgs): UpstreamClient {
  const { clock } = args;
  const transport = createTransport({
    clock,
    maxBodyBytes: args.maxResponseBytes ?? MAX_RESPONSE_BYTES,
    maxConnectionsPerOrigin: args.maxConnectionsPerOrigin ?? MAX_CONNECTIONS_PER_ORIGIN,
    resolve: args.resolve,
  });
  const endpoints = new WeakMap<UpstreamTarget, ReturnType<typeof parseEndpoint>>();
  let lastId = 0;

  function endpointOf(target: UpstreamTarget): ReturnType<typeof parseEndpoint> {
    let endpoint = endpoints.get(target);
    if (endpoint === undefined) {
      endpoint = parseEndpoint(target);
      endpoints.set(target, endpoint);
    }
    return endpoint;
  }

  return {
    call(target, call, { timeoutMs, signal }) {
      const endpoint = endpointOf(target);
      if (typeof endpoint === 'string') return Promise.resolve(unsent(endpoint));
      if (signal?.aborted) return Promise.resolve(unsent('aborted'));
      const { method } = call;
      lastId += 1;
      const id = String(lastId);
      return new Promise((resolve) => {
        const request: HttpRequest = {
          bytes: requestBytes(endpoint, requestText(id, method, call.params)),
          repeatable: call.repeatable === true,
          onResponse(head, body) {
            const reading = readAnswer({ method, id, httpStatus: head.status, body });
            pending.answer(reading, head);
            // An answer to another question: who knows what comes next on that connection.
            return reading.ok || reading.reason !== 'wrong-id';
          },
          onFailure: (failed) => pending.fail(failed.reason, failed),
        };
        const pending = createPendingCall({
          clock,
          startedAt: clock.now(),
          timeoutMs,
          signal,
          onGivenUp: (reason) => transport.cancel(endpoint.origin, request, reason === 'timeout'),
          resolve,
        });
        transport.send(endpoint.origin, request);
      });
    },

    async close() {
      transport.close();
    },
  };
}

function unsent(reason: UpstreamFailure['reason']): UpstreamFailure {
  return { ...failure(reason, ms(0)), unsent: true };
}

function requestText(id: string, method: string, params: RawJson | undefined): string {
  const tail = params === undefined ? '}' : `,"params":${params}}`;
  return `{"jsonrpc":"2.0","id":${id},"method":${encodeJson(method)}${tail}`;
}
