/** A GraphQL server over a model chain that answers as Ponder does, and whose data change between any two reads. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { buildSchema, graphql } from 'graphql';
import { blockAt, PROVIDERS } from '../../registry/events.arbitrary.ts';
import type { Address } from '../../registry/providerSet.ts';
import { encodeEvent } from './eventJson.ts';
import type { ModelBlock, ModelChain } from './modelChain.fixture.ts';

export const CHAIN_ID = 31337;
export const REGISTRY = `0x${'Ab'.repeat(20)}` as Address;
export const VAULT = PROVIDERS[0] as Address;
const BASE = blockAt(0);

const schema = buildSchema(/* GraphQL */ `
  scalar BigInt
  type Query {
    deployment(registry: String!): deployment
    blocks(where: blockFilter, orderBy: String, orderDirection: String, limit: Int): blockPage!
    tips(limit: Int): blockPage!
    registryEvents(
      where: registryEventFilter
      orderBy: String
      orderDirection: String
      limit: Int
      after: String
    ): registryEventPage!
  }
  type deployment {
    registry: String!
    chainId: Int!
    vault: String!
    deploymentBlock: BigInt!
    baseNumber: BigInt!
    baseHash: String!
    baseParentHash: String!
    baseTimestamp: BigInt!
  }
  type block {
    number: BigInt!
    hash: String!
    parentHash: String!
    timestamp: BigInt!
    indexedAt: BigInt!
  }
  input blockFilter { number_in: [BigInt] }
  type blockPage { items: [block!]! }
  type registryEvent { id: String! registry: String! blockNumber: BigInt! type: String! data: String! }
  input registryEventFilter { registry: String blockNumber_gt: BigInt blockNumber_lte: BigInt }
  type registryEventPage { items: [registryEvent!]! pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
`);

export type Fault = 'hang' | 'hangUp' | 'notReady' | 'refuse' | 'noJson' | 'malformed' | 'tooLong';

export interface IndexerServer {
  readonly url: string;
  /** HTTP requests so far. */
  requests(): number;
  /** What every request meets until it is set to undefined. */
  fail(fault: Fault | undefined): void;
  /** Follows the chain up to its newest block but `lag`. */
  sync(lag?: number): void;
  /** The same, table by table, as without transactions: blocks come and go first, the tip last. */
  syncInPieces(lag: number): (() => void)[];
  /** Takes only the chain's first blocks for final, and is in the midst of reading the others again. */
  restart(final: number): void;
  close(): Promise<void>;
}

export interface IndexerServerOptions {
  readonly chain: ModelChain;
  /** Blocks without events below the newest that are not dropped. */
  readonly keep?: number;
  /** Called before each root field is read. */
  beforeRead?(): void;
}

export async function startIndexerServer(options: IndexerServerOptions): Promise<IndexerServer> {
  const { chain, keep = 1_000, beforeRead } = options;
  const take = indexing();
  const first = take([], chain.blocks(), true);
  const tables = { blocks: first, events: first, tip: first };
  let fault: Fault | undefined;
  let requests = 0;

  const rootValue = {
    deployment: read(({ registry }: { registry: string }) => deployment(registry)),
    blocks: read((args: BlocksArgs) => ({ items: blockItems(tables.blocks, keep, args) })),
    tips: read(() => ({
      items: blockItems(tables.tip.filter(({ live }) => live).slice(-1), keep, { where: {}, limit: 1 }),
    })),
    registryEvents: read((args: EventsArgs) => eventPage(tables.events, args)),
  };

  function read<Args, Answer>(answer: (args: Args) => Answer): (args: Args) => Answer {
    return (args) => {
      beforeRead?.();
      return answer(args);
    };
  }

  function show(rows: readonly Row[]): void {
    Object.assign(tables, { blocks: rows, events: rows, tip: rows });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { query, variables } = JSON.parse(await text(request));
    requests += 1;
    if (fault !== undefined) return misbehave(fault, response);
    const result = await graphql({ schema, source: query, variableValues: variables, rootValue });
    answer(response, 200, JSON.stringify(result));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql?key=secret`,
    requests: () => requests,
    fail(next) {
      fault = next;
    },
    sync(lag = 0) {
      show(take(tables.tip, lagging(chain, lag), true));
    },
    syncInPieces(lag) {
      let rows = tables.tip;
      const step = (table: keyof typeof tables, undone: boolean) => () => {
        if (undone && table === 'blocks') rows = take(tables.tip, lagging(chain, lag), true);
        tables[table] = undone ? rows.filter((row, index) => tables[table][index] === row) : rows;
      };
      return [true, false].flatMap((undone) =>
        (['blocks', 'events', 'tip'] as const).map((table) => step(table, undone)),
      );
    },
    restart(final) {
      show(take(tables.tip.slice(0, final), halfRead(chain.blocks()), false));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Row {
  readonly block: ModelBlock;
  readonly live: boolean;
  readonly indexedAt: number;
}

function lagging(chain: ModelChain, lag: number): readonly ModelBlock[] {
  const blocks = chain.blocks();
  return blocks.slice(0, Math.max(1, blocks.length - lag));
}

/** Rows of the branch that was there already stay; others are written anew. */
function indexing() {
  let clock = 0;
  return (before: readonly Row[], blocks: readonly ModelBlock[], live: boolean): readonly Row[] => {
    clock += 1;
    return blocks.map((block, index) => {
      const row = before[index];
      const same = row?.block.ref.hash === block.ref.hash && (row.live || !live);
      return same ? row : { block, live, indexedAt: clock };
    });
  };
}

/** All but the last events of the last block that has some. */
function halfRead(blocks: readonly ModelBlock[]): readonly ModelBlock[] {
  const last = blocks.findLastIndex(({ events }) => events.length > 0);
  return blocks
    .slice(0, last + 1)
    .map((block, index) => (index === last ? { ...block, events: block.events.slice(0, 1) } : block));
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

function misbehave(fault: Fault, response: ServerResponse): void {
  switch (fault) {
    case 'hang':
      break;
    case 'hangUp':
      response.destroy();
      break;
    case 'notReady':
      response.writeHead(503).end('Historical indexing is not complete.');
      break;
    case 'refuse':
      answer(response, 200, JSON.stringify({ errors: [{ message: 'no, see https://host/key' }] }));
      break;
    case 'noJson':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>');
      break;
    case 'malformed':
      answer(response, 200, JSON.stringify({ data: { heads: { items: [{ number: 1 }] } } }));
      break;
    case 'tooLong':
      answer(response, 200, JSON.stringify({ data: 'x'.repeat(17 * 1024 * 1024) }));
  }
}

function deployment(registry: string): object | undefined {
  if (registry !== REGISTRY.toLowerCase()) return undefined;
  return {
    registry,
    chainId: CHAIN_ID,
    vault: VAULT.toLowerCase(),
    deploymentBlock: '1',
    ...{ baseNumber: String(BASE.number), baseHash: BASE.hash, baseParentHash: BASE.parentHash },
    baseTimestamp: String(BASE.timestamp),
  };
}

interface BlocksArgs {
  readonly where: { readonly number_in?: readonly string[] };
  readonly orderDirection?: string;
  readonly limit: number;
}

function blockItems(rows: readonly Row[], keep: number, { where, ...args }: BlocksArgs): object[] {
  const items = rows
    .filter(
      ({ block, live }) => block.events.length > 0 || (live && block.ref.number > rows.length - 1 - keep),
    )
    .filter(({ block }) => block.ref.number > BASE.number)
    .filter(({ block }) => where.number_in?.includes(String(block.ref.number)) ?? true)
    .map(({ block: { ref }, indexedAt }) => ({
      ...{ number: String(ref.number), hash: ref.hash, parentHash: ref.parentHash },
      ...{ timestamp: String(ref.timestamp), indexedAt: String(indexedAt) },
    }));
  return (args.orderDirection === 'desc' ? items.reverse() : items).slice(0, args.limit);
}

interface EventsArgs {
  readonly where: { readonly blockNumber_gt: string; readonly blockNumber_lte: string };
  readonly limit: number;
  readonly after?: string;
}

function eventPage(rows: readonly Row[], { where, limit, after = '' }: EventsArgs): object {
  const found = rows
    .flatMap(({ block }) => block.events)
    .filter(
      ({ blockNumber }) =>
        BigInt(where.blockNumber_gt) < blockNumber && blockNumber <= BigInt(where.blockNumber_lte),
    )
    .map((event) => ({
      id: `${String(event.blockNumber).padStart(16, '0')}-${String(event.logIndex).padStart(8, '0')}`,
      registry: REGISTRY.toLowerCase(),
      blockNumber: String(event.blockNumber),
      type: event.type,
      data: encodeEvent(event),
    }))
    .filter(({ id }) => id > after);
  const items = found.slice(0, limit);
  return { items, pageInfo: { hasNextPage: found.length > limit, endCursor: items.at(-1)?.id ?? null } };
}
