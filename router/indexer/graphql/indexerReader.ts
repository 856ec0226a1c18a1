import { ClientError, GraphQLClient } from 'graphql-request';
import type { z } from 'zod';
import { describeChainError } from '../../chain/chainError.ts';
import { DinError } from '../../core/dinError.ts';
import type { Ms } from '../../core/units.ts';
import type { Address } from '../../registry/providerSet.ts';
import { boundedFetch } from './boundedFetch.ts';
import {
  EVENTS,
  eventsAnswer,
  type IndexedBlock,
  type IndexedDeployment,
  type IndexedEvent,
  LOOK,
  lookAnswer,
  MalformedAnswerError,
  readEvent,
} from './indexerAnswers.ts';

// A thousand events of the longest metadata and URLs that the contracts allow are far shorter.
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** What following an indexer needs of it: all answers from one database. Each answer is checked; rejects as {@link createIndexerReader} says. */
export interface IndexerReader {
  /** `numbers`: at most 1,000 blocks to look for. */
  look(numbers: readonly bigint[], signal: AbortSignal): Promise<IndexerView>;
  events(range: EventRange, signal: AbortSignal): Promise<EventPage>;
}

export interface IndexerView {
  readonly deployment: IndexedDeployment;
  readonly head: IndexedBlock;
  /** By number, as of one moment: those asked for that it holds. It drops old blocks without events. */
  readonly held: ReadonlyMap<bigint, IndexedBlock>;
}

/** The blocks after `after`, up to and with `to`. */
export interface EventRange {
  readonly after: bigint;
  readonly to: bigint;
  /** `next` of the page before; undefined for the first. */
  readonly cursor: PageEnd | undefined;
}

/** Where a page ended. */
export interface PageEnd {
  readonly cursor: string;
  readonly lastId: string;
}

export interface EventPage {
  /** In the chain's order, all in the range. */
  readonly events: readonly IndexedEvent[];
  /** Undefined when there is no more. */
  readonly next: PageEnd | undefined;
}

export interface IndexerReaderOptions {
  readonly url: string;
  readonly timeoutMs: Ms;
  /** Events for each request, at most 1,000. */
  readonly pageSize: number;
}

/**
 * Reads one registry's events from an indexer's GraphQL. Its functions reject with {@link IndexerUnavailableError},
 * {@link IndexerNotReadyError}, {@link RegistryNotIndexedError}, `MalformedAnswerError`, `MalformedEventError`, or
 * the signal's reason.
 */
export function createIndexerReader(registry: Address, options: IndexerReaderOptions): IndexerReader {
  const { url, timeoutMs, pageSize } = options;
  // A redirect could lead anywhere, with the key in the URL.
  const client = new GraphQLClient(url, { fetch: boundedFetch(MAX_ANSWER_BYTES), redirect: 'error' });
  // Keys in its tables are lower case.
  const key = registry.toLowerCase();

  async function ask<Answer>(
    document: string,
    variables: object,
    schema: z.ZodType<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const answer = await client
      .request<unknown>({
        document,
        variables: { registry: key, ...variables },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
      .catch((error: unknown) => {
        signal.throwIfAborted();
        throw new IndexerUnavailableError(error);
      });
    const parsed = schema.safeParse(answer);
    if (!parsed.success) throw new MalformedAnswerError(parsed.error.issues[0]?.path.join('.') ?? '');
    return parsed.data;
  }

  return {
    async look(numbers, signal) {
      const answer = await ask(LOOK, { numbers: numbers.map(String) }, lookAnswer, signal);
      const head = answer.heads.items[0];
      if (answer.deployment === null) throw new RegistryNotIndexedError(registry);
      if (head === undefined) throw new IndexerNotReadyError();
      const held = new Map(answer.held.items.map((block) => [block.ref.number, block]));
      return { deployment: answer.deployment, head, held };
    },
    async events({ after, to, cursor }, signal) {
      const variables = { after: String(after), to: String(to), limit: pageSize, cursor: cursor?.cursor };
      const { registryEvents } = await ask(EVENTS, variables, eventsAnswer, signal);
      const { items, pageInfo } = registryEvents;
      let lastId = cursor?.lastId ?? '';
      for (const { id, blockNumber } of items) {
        if (id <= lastId || blockNumber <= after || to < blockNumber)
          throw new MalformedAnswerError('events');
        lastId = id;
      }
      const events = items.map(readEvent);
      if (!pageInfo.hasNextPage) return { events, next: undefined };
      // A page that leads nowhere would be read for ever.
      if (items.length === 0) throw new MalformedAnswerError('pageInfo');
      return { events, next: { cursor: pageInfo.endCursor, lastId } };
    },
  };
}

/** In one line, without the request and the body that the library's message holds. */
function reasonOf(error: unknown): string {
  if (error instanceof ClientError) {
    const { errors, status } = error.response;
    return errors?.[0]?.message ?? `HTTP status ${status}`;
  }
  if (!(error instanceof Error)) return String(error);
  // `fetch` says only that it failed; the cause says how.
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}

/** It is down, not ready, overloaded, or refuses the question. */
export class IndexerUnavailableError extends DinError {
  readonly code = 'INDEXER_UNAVAILABLE';
  constructor(cause: unknown) {
    super(`The indexer does not answer: ${describeChainError(reasonOf(cause))}`, { cause });
  }
}

export class IndexerNotReadyError extends DinError {
  readonly code = 'INDEXER_NOT_READY';
  constructor() {
    super('The indexer has not indexed any block yet.');
  }
}

export class RegistryNotIndexedError extends DinError {
  readonly code = 'REGISTRY_NOT_INDEXED';
  constructor(registry: Address) {
    super(`The indexer does not index the registry ${registry} (yet).`);
  }
}
