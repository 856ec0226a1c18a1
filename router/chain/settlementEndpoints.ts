import type { PublicClient } from 'viem';
import { abortable } from '../core/abortable.ts';
import { type Clock, type Random, systemClock } from '../core/clock.ts';
import { DinError } from '../core/dinError.ts';
import type { EndpointStatus } from '../core/endpointStatus.ts';
import { isEndpointError } from './chainError.ts';
import { createEndpointBook, type EndpointLogger } from './endpointBook.ts';
import { createEndpointClient } from './endpointClient.ts';
import { createEndpointInspector } from './endpointInspector.ts';
import { NoSettlementEndpointError } from './settlementClient.ts';

/**
 * Several endpoints of one settlement chain, each judged by its answers. Whoever reads takes one endpoint for a whole
 * look at the chain, so that no two nodes' views are mixed.
 */
export interface SettlementEndpoints {
  /**
   * Runs `work` against the best endpoint, and against the next one each time it fails for the endpoint's fault.
   * Rejects with the work's own error when no endpoint is to blame, with `WrongChainError` when every endpoint serves
   * another chain, with `NoEndpointAnswersError` when none is left, with the signal's reason when aborted.
   */
  look<T>(work: (endpoint: SettlementEndpoint) => Promise<T>, signal: AbortSignal): Promise<T>;
  status(): readonly EndpointStatus[];
  /** Called when an endpoint with a WebSocket announces a block. Returns the function that unsubscribes. */
  onHead(listener: () => void): () => void;
  close(): Promise<void>;
}

/** One and the same object for each endpoint, whatever look it is used in. */
export interface SettlementEndpoint {
  readonly name: string;
  /** Of this endpoint alone; does not retry. */
  readonly client: PublicClient;
  /** In good standing: for a second opinion. */
  others(): readonly SettlementEndpoint[];
  /** The work read this as the chain's head: what the endpoint is compared with others by. */
  saw(head: bigint): void;
  /**
   * The look cannot go on with it: throws what makes `look` leave it for a while and take the next. `down` is for
   * answers without sense.
   */
  leave(fault: 'down' | 'behind' | 'wrongChain' | 'missingLogs', detail: string): never;
  /** The same said of another endpoint, found wrong by comparing; the look goes on. */
  accuse(other: SettlementEndpoint, fault: 'down' | 'wrongChain' | 'missingLogs', detail: string): void;
  /** A question asked of it on the side failed: it is left, too. */
  failed(error: unknown): void;
}

export interface SettlementEndpointsOptions {
  /** http(s) or ws(s), the most preferred first. At least one. */
  readonly rpcUrls: readonly string[];
  /** The settlement chain that the operator means; the first to answer decides when left out. */
  readonly chainId?: number | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: EndpointLogger | undefined;
  /** For one request. Default 10 s. */
  readonly timeoutMs?: number;
  /** Between two looks at an endpoint that is not in use. Default 4 s. */
  readonly inspectIntervalMs?: number;
}

// Long enough for a slow node's log query, short enough that a hung endpoint is left before people notice.
const TIMEOUT_MS = 10_000;
// Cheap: one request for a head, only where there is an alternative.
const INSPECT_INTERVAL_MS = 4_000;

/**
 * Connects to nothing before the first look, and has no timers: everything happens while somebody looks.
 * @throws {@link NoSettlementEndpointError} when there is no endpoint or one is no http(s) or ws(s) URL.
 */
export function createSettlementEndpoints(options: SettlementEndpointsOptions): SettlementEndpoints {
  const { rpcUrls, chainId, clock = systemClock, random = Math.random, logger } = options;
  const { timeoutMs = TIMEOUT_MS, inspectIntervalMs = INSPECT_INTERVAL_MS } = options;
  if (rpcUrls.length === 0) throw new NoSettlementEndpointError('no settlement endpoint is given');
  const names = rpcUrls.map((_, index) => `rpc[${index}]`);
  const closing = new AbortController();
  const book = createEndpointBook({ names, clock, random, logger, closing: closing.signal });
  const connections = rpcUrls.map((url, index) =>
    createEndpointClient({
      name: names[index] ?? '',
      url,
      timeoutMs,
      onHead: (head) => announced(index, head),
    }),
  );
  const clients = connections.map(({ client }) => client);
  const inspector = createEndpointInspector({ clients, book, clock, chainId, intervalMs: inspectIntervalMs });
  const endpoints = clients.map(createEndpoint);
  const listeners = new Set<() => void>();
  let firstInspection: Promise<void> | undefined;

  function createEndpoint(client: PublicClient, index: number): SettlementEndpoint {
    const name = names[index] ?? '';
    return {
      name,
      client,
      others() {
        inspector.inspectSome();
        return endpoints.filter((_, other) => other !== index && book.isGood(other));
      },
      saw(head) {
        inspector.heard(index);
        book.saw(index, head);
      },
      leave(fault, detail) {
        book.leave(index, fault, detail);
        throw new EndpointLeftError(name, detail);
      },
      accuse(other, fault, detail) {
        book.leave(endpoints.indexOf(other), fault, detail);
      },
      failed: (error) => inspector.failed(index, error),
    };
  }

  function announced(index: number, head: bigint): void {
    if (book.isLeft(index)) return;
    book.saw(index, head);
    for (const listener of listeners) listener();
  }

  function noneLeft(cause: unknown): DinError {
    const elsewhere = inspector.wrongChain();
    if (elsewhere !== undefined) return new WrongChainError(elsewhere.expected, elsewhere.actual);
    return new NoEndpointAnswersError(book.status(), { cause });
  }

  return {
    async look(work, outer) {
      const signal = AbortSignal.any([outer, closing.signal]);
      signal.throwIfAborted();
      if (endpoints.length > 1) {
        firstInspection ??= inspector.inspectAll();
        await abortable(firstInspection, signal);
      }
      inspector.inspectSome();
      const tried = new Set<number>();
      let lastFailure: unknown;
      for (;;) {
        const index = book.choose(tried) ?? -1;
        const endpoint = endpoints[index];
        if (endpoint === undefined) throw noneLeft(lastFailure);
        tried.add(index);
        try {
          if (!(await abortable(inspector.verified(index), signal))) continue;
          const result = await abortable(work(endpoint), signal);
          book.used(index);
          return result;
        } catch (error) {
          signal.throwIfAborted();
          lastFailure = error;
          if (error instanceof EndpointLeftError) continue;
          if (!isEndpointError(error)) throw error;
          inspector.failed(index, error);
        }
      }
    },
    status: () => book.status(),
    onHead(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort(new EndpointsClosedError());
      listeners.clear();
      for (const connection of connections) connection.close();
    },
  };
}

/** No endpoint could be asked, or each failed. */
export class NoEndpointAnswersError extends DinError {
  readonly code = 'NO_ENDPOINT_ANSWERS';
  readonly endpoints: readonly EndpointStatus[];
  constructor(endpoints: readonly EndpointStatus[], options?: { cause?: unknown }) {
    const each = endpoints.map(({ name, lastError }) => `${name}: ${lastError ?? 'not asked'}`);
    super(`No settlement endpoint answers. ${each.join(' · ')}`, options);
    this.endpoints = endpoints;
  }
}

/** Every endpoint serves another chain than the one configured. */
export class WrongChainError extends DinError {
  readonly code = 'WRONG_CHAIN';
  readonly expected: number;
  readonly actual: number;
  constructor(expected: number, actual: number) {
    super(`The settlement endpoint serves chain ${actual}, not ${expected}.`);
    this.expected = expected;
    this.actual = actual;
  }
}

/** Ends the work of a look; never leaves `look`. */
class EndpointLeftError extends DinError {
  readonly code = 'ENDPOINT_LEFT';
  constructor(name: string, detail: string) {
    super(`${name} is left: ${detail}`);
  }
}

export class EndpointsClosedError extends DinError {
  readonly code = 'ENDPOINTS_CLOSED';
  constructor() {
    super('The settlement endpoints are closed.');
  }
}
