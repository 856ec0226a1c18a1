import type { Clock } from '../core/clock.ts';
import { ms } from '../core/units.ts';
import type { Resolve } from './addressGuard.ts';
import { createBatcher } from './batch/batcher.ts';
import { isBatchable } from './batch/isBatchable.ts';
import { parseEndpoint } from './endpoint.ts';
import { createTransport } from './http/transport.ts';
import type {
  UpstreamCall,
  UpstreamClient,
  UpstreamFailure,
  UpstreamOutcome,
  UpstreamTarget,
} from './outcome.ts';
import { createOutgoingCall, failure } from './outgoingCall.ts';
import { sendSingly } from './sendSingly.ts';

export interface UpstreamClientArgs {
  readonly clock: Clock;
  /** Default 32 MiB: above the largest block traces that nodes give. */
  readonly maxResponseBytes?: number;
  /** Default 128. Further calls to the same URL wait for a free connection. */
  readonly maxConnectionsPerEndpoint?: number;
  /** Where names are resolved; the system's resolver by default. */
  readonly resolve?: Resolve;
}

const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;
const MAX_CONNECTIONS_PER_ENDPOINT = 128;

/** Speaks JSON-RPC over HTTP/1.1 with kept-alive connections. The answering nodes are taken as hostile. */
export function createUpstreamClient(args: UpstreamClientArgs): UpstreamClient {
  const { clock } = args;
  const transport = createTransport({
    clock,
    maxBodyBytes: args.maxResponseBytes ?? MAX_RESPONSE_BYTES,
    maxConnectionsPerEndpoint: args.maxConnectionsPerEndpoint ?? MAX_CONNECTIONS_PER_ENDPOINT,
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

  const start: UpstreamClient['start'] = (target, call, timeoutMs, done) => {
    const endpoint = endpointOf(target);
    if (typeof endpoint === 'string') {
      queueMicrotask(() => done(unsent(endpoint)));
      return () => undefined;
    }
    lastId += 1;
    const outgoing = createOutgoingCall({ clock, id: String(lastId), call, timeoutMs, done });
    if (target.batch && isBatchable(call.method)) batcher.send(endpoint, outgoing);
    else sendSingly(transport, endpoint, outgoing);
    return outgoing.cancel;
  };

  return {
    start,
    call: (target, call, options) => promisedCall(start, target, call, options),

    async close() {
      transport.close();
    },
  };
}

/** An UpstreamClient's `call` by its `start`. */
export function promisedCall(
  start: UpstreamClient['start'],
  target: UpstreamTarget,
  call: UpstreamCall,
  { timeoutMs, signal }: Parameters<UpstreamClient['call']>[2],
): Promise<UpstreamOutcome> {
  if (signal?.aborted) return Promise.resolve(unsent('aborted'));
  return new Promise((resolve) => {
    const cancel = start(target, call, timeoutMs, (outcome) => {
      signal?.removeEventListener('abort', cancel);
      resolve(outcome);
    });
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

function unsent(reason: UpstreamFailure['reason']): UpstreamFailure {
  return { ...failure(reason, ms(0)), unsent: true };
}
