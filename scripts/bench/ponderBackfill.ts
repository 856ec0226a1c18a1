import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createSettlementClient } from '../../router/chain/settlementClient.ts';
import { DinError } from '../../router/core/dinError.ts';
import type { IndexerConfig } from '../../router/indexer/ponder/indexerConfig.ts';
import { nextFreePort } from '../devnet/freePort.ts';
import { discoverDeployments } from '../indexer/discoverDeployments.ts';
import type { PonderNews } from '../indexer/ponderLog.ts';
import { startPonderProcess } from '../indexer/ponderProcess.ts';
import { schemaName } from '../indexer/schemaName.ts';
import type { BenchChain } from './chain.ts';
import { type ProcessUsage, processUsage } from './processUsage.ts';

export type PonderDatabase = 'pglite' | 'postgres';

/** Ponder on a fresh database. Spans in milliseconds. */
export interface PonderBackfill {
  readonly database: PonderDatabase;
  /** Indexed when it was ready: Ponder reads the newest blocks afterwards, as its live part. */
  readonly events: number;
  /** From the start of its process until `/ready` answers 200. */
  readonly wholeMs: number;
  /** The same without what passed until its HTTP server stood. */
  readonly backfillMs: number;
  /** Of its processes when it was ready, PostgreSQL's own not counted. Undefined where it cannot be known. */
  readonly usage: ProcessUsage | undefined;
}

const POLLING_INTERVAL_MS = 500;
const LOOK_AGAIN_MS = 200;
const ALL_WITHIN_MS = 120_000;
const HOST = '127.0.0.1';

/** @throws {@link PonderFailedError} when it ends before it is ready. */
export async function measurePonder(
  chain: Pick<BenchChain, 'url' | 'registry' | 'events'>,
  database: PonderDatabase,
  onProgress: (line: string) => void,
): Promise<PonderBackfill> {
  const directory = await mkdtemp(join(tmpdir(), 'din-bench-ponder-'));
  const postgres = database === 'postgres' ? await startServer() : undefined;
  try {
    const client = createSettlementClient({ rpcUrls: [chain.url] });
    const { chainId, deployments } = await discoverDeployments(client, chain.registry, []);
    const config: IndexerConfig = {
      ...{ chainId, rpc: [chain.url], pollingIntervalMs: POLLING_INTERVAL_MS },
      database:
        postgres === undefined
          ? { kind: 'pglite', directory: join(directory, 'pglite') }
          : { kind: 'postgres', url: await postgres.createDatabase() },
      deployments: [...deployments],
    };
    const times = await run(config, chain.events, directory, onProgress);
    return { database, ...times };
  } finally {
    await postgres?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Loaded only when needed: what starts it decides how the process ends. */
async function startServer() {
  return await (await import('../../test/fixtures/postgres.ts')).startPostgres();
}

async function run(
  config: IndexerConfig,
  events: number,
  directory: string,
  onProgress: (line: string) => void,
): Promise<Omit<PonderBackfill, 'database'>> {
  const work = join(directory, 'work');
  await mkdir(work);
  const port = await nextFreePort(0);
  const schema = await schemaName('bench', config);
  const troubles: string[] = [];
  const ready = Promise.withResolvers<number>();
  const begun = performance.now();
  let served = begun;
  function onNews(news: PonderNews): void {
    if (news.kind === 'serving') served = performance.now();
    if (news.kind === 'ready') ready.resolve(performance.now());
    if (news.kind === 'backfill' && news.progress !== undefined) onProgress(`Ponder: ${news.progress}`);
    if (news.kind === 'warning' || news.kind === 'error') troubles.push(news.message);
  }
  const ponder = startPonderProcess({ config, schema, host: HOST, port, directory: work, onNews });
  try {
    const ended = ponder.ended.then((): never => {
      throw new PonderFailedError(troubles.join('; '));
    });
    const readyAt = await Promise.race([ready.promise, ended]);
    const count = () => countEvents(`http://${HOST}:${port}/graphql`);
    const usage = ponder.pid === undefined ? undefined : processUsage(ponder.pid);
    const spans = { wholeMs: readyAt - begun, backfillMs: readyAt - served };
    const figures = { events: await count(), ...spans, usage };
    await Promise.race([untilAll(count, events), ended]);
    return figures;
  } finally {
    await ponder.stop();
  }
}

/** Figures of one that missed something would be worth nothing. */
async function untilAll(count: () => Promise<number>, events: number): Promise<void> {
  const deadline = performance.now() + ALL_WITHIN_MS;
  for (;;) {
    const found = await count();
    if (found === events) return;
    if (found > events || performance.now() > deadline)
      throw new PonderFailedError(`it has ${found} of ${events} events`);
    await delay(LOOK_AGAIN_MS);
  }
}

async function countEvents(graphqlUrl: string): Promise<number> {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ registryEvents(limit: 1) { totalCount } }' }),
  });
  const { data } = (await response.json()) as { data?: { registryEvents: { totalCount: number } } };
  if (data === undefined) throw new PonderFailedError('it does not tell its events');
  return data.registryEvents.totalCount;
}

export class PonderFailedError extends DinError {
  readonly code = 'PONDER_FAILED';
  constructor(details: string) {
    super(`Ponder did not index the chain: ${details || 'it ended without a word'}`);
  }
}
