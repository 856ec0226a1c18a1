import type { ServerResponse } from 'node:http';
import { systemClock } from '../../core/clock.ts';
import { seconds } from '../../core/units.ts';
import type { UpstreamClient } from '../../upstream/outcome.ts';
import {
  type Behaviour,
  type RpcRequest,
  rpcError,
  startRpcServer,
} from '../../upstream/rpcServer.fixture.ts';
import { call, polledRouter, service } from '../networkRouter.fixture.ts';
import type { ForwardOptions } from '../networkRouter.ts';
import { createLogCalls, type LogBounds } from './logCalls.ts';

/** Raw logs by block. All other blocks up to the head have none. */
export type LogChain = ReadonlyMap<number, readonly string[]>;

export const HEAD = 1_000;

export interface AskedSpan {
  readonly from: number;
  readonly to: number;
}

/** What a service of a chain does with a query for logs; undefined when it answers. */
export type LogRule = (
  span: AskedSpan,
  logs: readonly string[],
  request: RpcRequest,
) => Behaviour | undefined;

export function logsOf(chain: LogChain, { from, to }: AskedSpan): readonly string[] {
  return [...chain.entries()]
    .filter(([block]) => block >= from && block <= to)
    .sort(([one], [other]) => one - other)
    .flatMap(([, logs]) => logs);
}

export const rawList = (logs: readonly string[]) => `[${logs.join(',')}]`;

const TAGS: Readonly<Record<string, number>> = {
  earliest: 0,
  latest: HEAD,
  pending: HEAD,
  safe: HEAD - 10,
  finalized: HEAD - 20,
};

export function spanOf({ params }: RpcRequest): AskedSpan {
  const [filter] = params as [{ fromBlock?: string; toBlock?: string }];
  const block = (bound = 'latest') => TAGS[bound] ?? Number(bound);
  return { from: block(filter.fromBlock), to: block(filter.toBlock) };
}

/** A node of the chain: logs, and blocks by tag. */
export function nodeOf(chain: LogChain, rule: LogRule = () => undefined): Behaviour {
  return (request, response, message) => {
    if (request.method === 'eth_getBlockByNumber') {
      const [tag = ''] = request.params as string[];
      const number = `0x${(TAGS[tag] ?? HEAD).toString(16)}`;
      return sendRaw(response, request, JSON.stringify({ hash: '0x01', number, transactions: [] }));
    }
    const span = spanOf(request);
    const logs = logsOf(chain, span);
    const other = rule(span, logs, request);
    if (other) return other(request, response, message);
    return sendRaw(response, request, rawList(logs));
  };
}

function sendRaw(response: ServerResponse, { id }: RpcRequest, result: string): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`{"jsonrpc":"2.0","id":${id},"result":${result}}`);
}

const BOUNDS: LogBounds = { maxBlocks: 100_000, maxParts: 128, concurrency: 4, maxBytes: 1_000_000 };

/** Queries for logs by services over HTTP. */
export async function startLogServices(args: {
  readonly upstream: UpstreamClient;
  readonly behaviours: readonly Behaviour[];
  readonly bounds?: Partial<LogBounds>;
}) {
  const servers = await Promise.all(args.behaviours.map((behaviour) => startRpcServer(behaviour)));
  const keys = servers.map((_, index) => `service-${index}`);
  const router = polledRouter(
    keys.map((key, index) => service(key, servers[index]?.url ?? '')),
    { upstream: args.upstream },
  );
  for (const key of keys) router.reportHead(key, { ok: true, number: HEAD, chainIdOk: true });
  const splits: string[] = [];
  let bounds: LogBounds = { ...BOUNDS, ...args.bounds };
  const logCalls = createLogCalls({
    clock: systemClock,
    bounds: () => bounds,
    metrics: { logSplit: (network, result) => splits.push(`${network} ${result}`) },
  });
  return {
    router,
    servers,
    /** Results of the calls that were split. */
    splits,
    bind(next: Partial<LogBounds>) {
      bounds = { ...BOUNDS, ...next };
    },
    ask(params: string, options: Partial<ForwardOptions> = {}) {
      return logCalls(router, call('eth_getLogs', params), { deadlineMs: seconds(20), ...options });
    },
    /** Blocks of each query for logs so far, in the order of their arrival. */
    spans: (index = 0) =>
      (servers[index]?.requests ?? [])
        .filter(({ method }) => method === 'eth_getLogs')
        .map((request) => spanOf(request)),
    close: () => Promise.all(servers.map((server) => server.close())),
  };
}

export type LogServices = Awaited<ReturnType<typeof startLogServices>>;

export const hex = (block: number) => `0x${block.toString(16)}`;

/** Parameters of a query over these blocks. */
export const over = (from: number | string, to: number | string) => {
  const bound = (block: number | string) => (typeof block === 'number' ? hex(block) : block);
  return JSON.stringify([{ address: '0xabc', fromBlock: bound(from), toBlock: bound(to) }]);
};

/** A log or two in most blocks, with what an encoder would change. */
export const chain: LogChain = new Map(
  Array.from({ length: HEAD + 1 }, (_, block) => [
    block,
    Array.from(
      { length: block % 3 },
      (_unused, index) => `{"blockNumber":"${hex(block)}", "n":${index}.0,"s":"\\u00e9"}`,
    ),
  ]),
);
export const truth = (from: number, to: number) => rawList(logsOf(chain, { from, to }));
export const blocks = ({ from, to }: AskedSpan) => to - from + 1;

export const tooLarge = (message: string, code = -32_000) => rpcError({ code, message });
/** Takes so many blocks and says how many. */
export const atMost =
  (most: number): LogRule =>
  (span) =>
    blocks(span) > most ? tooLarge(`query exceeds max block range ${most}`) : undefined;
/** Takes so many blocks, and does not say how many. */
export const untold =
  (most: number): LogRule =>
  (span) =>
    blocks(span) > most ? tooLarge('block range is too wide', -32_600) : undefined;
/** Gives so many logs. */
export const atMostLogs =
  (most: number): LogRule =>
  (_span, logs) =>
    logs.length > most ? tooLarge(`query returned more than ${most} results`, -32_005) : undefined;

export const errorOf = (answer: {
  kind: string;
  error?: string;
}): { code: number; message: string; data?: unknown } => JSON.parse(answer.error ?? 'null');
