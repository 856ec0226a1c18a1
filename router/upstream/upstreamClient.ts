import type { Clock } from '../core/clock.ts';
import { ms } from '../core/units.ts';
import type { Resolve } from './addressGuard.ts';
import { createBatcher } from './batch/batcher.ts';
import { isBatchable } from './batch/isBatchable.ts';
import { parseEndpoint } from './endpoint.ts';
import { createTransport } from './http/transport.ts';
import type { UpstreamClient, UpstreamFailure, UpstreamTarget } from './outcome.ts';
import { createOutgoingCall, failure } from './outgoingCall.ts';
import { sendSingly } from './sendSingly.ts';

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
  const batcher = createBatcher({ clock, transport });
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
      lastId += 1;
      const id = String(lastId);
      return new Promise((resolve) => {
        const outgoing = createOutgoingCall({ clock, id, call, timeoutMs, signal, resolve });
        if (target.batch && isBatchable(call.method)) batcher.send(endpoint, outgoing);
        else sendSingly(transport, endpoint, outgoing);
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
