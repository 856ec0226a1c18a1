import { setTimeout as sleep } from 'node:timers/promises';
import type { PublicClient } from 'viem';
import { abortable } from '../core/abortable.ts';
import { type Clock, type Random, systemClock } from '../core/clock.ts';
import { DinError } from '../core/dinError.ts';
import type { EndpointStatus } from '../core/endpointStatus.ts';
import { type Ms, ms } from '../core/units.ts';
import { describeChainError, isEndpointError } from './chainError.ts';
import { createEndpointBook, type EndpointLogger } from './endpointBook.ts';
import { createEndpointClient, type EndpointClient } from './endpointClient.ts';
import { failedAnswer } from './failedAnswer.ts';
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
// A name may lead to another node, and a node to another chain, at any time.
const VERIFY_INTERVAL_MS = 60_000;
// The first look needs to know whom it may ask for a second opinion, but waits for no one who hangs.
const FIRST_INSPECTION_MS = 1_000;

interface Entry {
  readonly index: number;
  readonly endpoint: SettlementEndpoint;
  readonly connection: EndpointClient;
  /** Chain id last found right. */
  verifiedAt: Ms | undefined;
  /** Set while it serves another chain. */
  otherChainId: number | undefined;
  heardAt: Ms | undefined;
  inspecting: boolean;
}

/**
 * Connects to nothing before the first look, and has no timers: everything happens while somebody looks.
 * @throws {@link NoSettlementEndpointError} when there is no endpoint or one is no http(s) or ws(s) URL.
 */
export function createSettlementEndpoints(options: SettlementEndpointsOptions): SettlementEndpoints {
  const { rpcUrls, clock = systemClock, random = Math.random, logger } = options;
  const { timeoutMs = TIMEOUT_MS, inspectIntervalMs = INSPECT_INTERVAL_MS } = options;
  if (rpcUrls.length === 0) throw new NoSettlementEndpointError('no settlement endpoint is given');
  const names = rpcUrls.map((_, index) => `rpc[${index}]`);
  const book = createEndpointBook({ names, clock, random, logger });
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  const entries = rpcUrls.map((url, index) => createEntry(url, index));
  let expectedChainId = options.chainId;
  let inspectAt: Ms | undefined;

  function createEntry(url: string, index: number): Entry {
    const name = names[index] ?? '';
    const connection = createEndpointClient({
      name,
      url,
      timeoutMs,
      onHead: (head) => announced(index, head),
    });
    const endpoint: SettlementEndpoint = {
      name,
      client: connection.client,
      others() {
        inspectOthers();
        return entries.filter((other) => other.index !== index && book.isGood(other.index)).map(endpointOf);
      },
      saw(head) {
        hear(index);
        book.saw(index, head);
      },
      leave(fault, detail) {
        book.leave(index, fault, detail);
        throw new EndpointLeftError(name, detail);
      },
      accuse(other, fault, detail) {
        const accused = entries.findIndex((entry) => entry.endpoint === other);
        if (accused !== -1) book.leave(accused, fault, detail);
      },
      failed: (error) => leaveFor(index, error),
    };
    const unheard = { verifiedAt: undefined, otherChainId: undefined, heardAt: undefined };
    return { index, endpoint, connection, ...unheard, inspecting: false };
  }

  function hear(index: number): void {
    const entry = entries[index];
    if (entry !== undefined) entry.heardAt = clock.now();
  }

  function announced(index: number, head: bigint): void {
    if (book.isLeft(index)) return;
    book.saw(index, head);
    for (const listener of listeners) listener();
  }

  /** Rejects unless the endpoint has shown that it serves the chain. */
  async function verify(entry: Entry): Promise<void> {
    const { verifiedAt, endpoint } = entry;
    const isFresh = verifiedAt !== undefined && clock.now() - verifiedAt < VERIFY_INTERVAL_MS;
    if (isFresh && !book.isLeft(entry.index)) return;
    const actual = await endpoint.client.getChainId();
    expectedChainId ??= actual;
    entry.otherChainId = actual === expectedChainId ? undefined : actual;
    if (entry.otherChainId !== undefined)
      endpoint.leave('wrongChain', `serves chain ${actual}, not ${expectedChainId}`);
    entry.verifiedAt = clock.now();
  }

  function leaveFor(index: number, error: unknown): void {
    // Left already; and what fails because we hang up is nobody's fault.
    if (error instanceof EndpointLeftError || closing.signal.aborted) return;
    book.leave(index, 'down', describeChainError(error), failedAnswer(error, clock.unix())?.retryAfterMs);
  }

  async function isVerified(entry: Entry): Promise<boolean> {
    try {
      await verify(entry);
      return true;
    } catch (error) {
      leaveFor(entry.index, error);
      return false;
    }
  }

  /** Looks at the endpoints that nobody has heard of for a while. Delays nobody. */
  function inspectOthers(): Promise<unknown> | undefined {
    const now = clock.now();
    if (entries.length === 1 || (inspectAt !== undefined && now < inspectAt)) return undefined;
    inspectAt = ms(now + inspectIntervalMs);
    const due = entries.filter(({ index, heardAt }) =>
      book.isLeft(index) ? book.isDue(index) : heardAt === undefined || now - heardAt >= inspectIntervalMs,
    );
    return Promise.all(due.map(inspect));
  }

  async function inspect(entry: Entry): Promise<void> {
    if (entry.inspecting) return;
    entry.inspecting = true;
    try {
      if (!(await isVerified(entry))) return;
      entry.endpoint.saw(await entry.endpoint.client.getBlockNumber());
      book.answered(entry.index);
    } catch (error) {
      leaveFor(entry.index, error);
    } finally {
      entry.inspecting = false;
    }
  }

  function noneLeft(cause: unknown): DinError {
    const [first, ...rest] = entries.map(({ otherChainId }) => otherChainId);
    const isElsewhere = first !== undefined && rest.every((chainId) => chainId !== undefined);
    if (isElsewhere && expectedChainId !== undefined) return new WrongChainError(expectedChainId, first);
    return new NoEndpointAnswersError(book.status(), { cause });
  }

  return {
    async look(work, outer) {
      const signal = AbortSignal.any([outer, closing.signal]);
      signal.throwIfAborted();
      const isFirst = inspectAt === undefined;
      const inspection = inspectOthers();
      if (isFirst && inspection !== undefined)
        await abortable(
          Promise.race([inspection, sleep(FIRST_INSPECTION_MS, undefined, { ref: false })]),
          signal,
        );
      const tried = new Set<number>();
      let lastFailure: unknown;
      for (;;) {
        const entry = entries[book.choose(tried) ?? -1];
        if (entry === undefined) throw noneLeft(lastFailure);
        tried.add(entry.index);
        try {
          if (!(await abortable(isVerified(entry), signal))) continue;
          const result = await abortable(work(entry.endpoint), signal);
          book.used(entry.index);
          return result;
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof EndpointLeftError || isEndpointError(error))) throw error;
          leaveFor(entry.index, error);
          lastFailure = error;
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
      for (const { connection } of entries) connection.close();
    },
  };
}

function endpointOf({ endpoint }: Entry): SettlementEndpoint {
  return endpoint;
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
