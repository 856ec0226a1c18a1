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
  type block { number: BigInt! hash: String! parentHash: String! timestamp: BigInt! }
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
  /** Takes over what the chain has, but for its newest `lag` blocks. */
  sync(lag?: number): void;
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
  let blocks = chain.blocks();
  let fault: Fault | undefined;
  let requests = 0;

  const rootValue = {
    deployment: read(({ registry }: { registry: string }) => deployment(registry)),
    blocks: read((args: BlocksArgs) => ({ items: blockItems(blocks, keep, args) })),
    registryEvents: read((args: EventsArgs) => eventPage(blocks, args)),
  };

  function read<Args, Answer>(answer: (args: Args) => Answer): (args: Args) => Answer {
    return (args) => {
      beforeRead?.();
      return answer(args);
    };
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
      blocks = chain.blocks().slice(0, Math.max(1, chain.blocks().length - lag));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
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
  readonly where?: { readonly number_in: readonly string[] };
  readonly orderDirection?: string;
  readonly limit: number;
}

function blockItems(blocks: readonly ModelBlock[], keep: number, { where, ...args }: BlocksArgs): object[] {
  const kept = blocks.filter(({ events }, index) => events.length > 0 || index >= blocks.length - keep);
  const rows = kept
    .slice(kept[0] === blocks[0] ? 1 : 0)
    .filter(({ ref }) => where === undefined || where.number_in.includes(String(ref.number)))
    .map(({ ref }) => ({ ...ref, number: String(ref.number), timestamp: String(ref.timestamp) }));
  return (args.orderDirection === 'desc' ? rows.reverse() : rows).slice(0, args.limit);
}

interface EventsArgs {
  readonly where: { readonly blockNumber_gt: string; readonly blockNumber_lte: string };
  readonly limit: number;
  readonly after?: string;
}

function eventPage(blocks: readonly ModelBlock[], { where, limit, after = '' }: EventsArgs): object {
  const rows = blocks
    .flatMap(({ events }) => events)
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
  const items = rows.slice(0, limit);
  return { items, pageInfo: { hasNextPage: rows.length > limit, endCursor: items.at(-1)?.id ?? null } };
}
