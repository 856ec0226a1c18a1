import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Address, PublicClient } from 'viem';
import { describeChainError, isEndpointError } from '../../router/chain/chainError.ts';
import { DinError } from '../../router/core/dinError.ts';
import type { IndexerConfig } from '../../router/indexer/ponder/indexerConfig.ts';
import type { Logger } from '../../router/observability/logger.ts';
import { afterEnd } from './afterEnd.ts';
import { claimDataDirectory, type DataDirectory } from './dataDirectory.ts';
import { type Discovered, discoverDeployments, type NamedContract } from './discoverDeployments.ts';
import { runPonder } from './ponderRun.ts';
import { schemaName } from './schemaName.ts';
import {
  AddressTakenError,
  DatabaseUnreachableError,
  requireDatabase,
  requireFreeAddress,
} from './surroundings.ts';

const RETRY_MS = 5_000;

export interface IndexerOptions {
  /** Reads the settlement chain; over the same endpoints as `rpcUrls`. */
  readonly client: PublicClient;
  readonly rpcUrls: readonly string[];
  readonly registry: Address;
  readonly pollingIntervalMs: number;
  /** PostgreSQL; PGlite in the data directory when left out. */
  readonly databaseUrl: string | undefined;
  readonly dataDirectory: string;
  /** First part of the names of the tables' schemas; on PostgreSQL also the schema of the views. */
  readonly schema: string;
  readonly host: string;
  readonly port: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Runs the indexer until the signal aborts: starts Ponder, starts it again when it ends, and anew when the index is of
 * a branch that the chain has left or when a registry names further contracts.
 * @throws when the first start cannot succeed: `NotARegistryError`, `AddressTakenError`, `DatabaseUnreachableError`,
 * `DataDirectoryError`, {@link IndexerStartError}; endpoint errors as they are.
 */
export async function runIndexer(options: IndexerOptions): Promise<void> {
  const { host, port, databaseUrl, signal } = options;
  const directory = await claimDataDirectory(options.dataDirectory);
  try {
    await requireFreeAddress(host, port);
    if (databaseUrl !== undefined) await requireDatabase(databaseUrl);
    await keepRunning(options, directory);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    directory.release();
  }
}

async function keepRunning(options: IndexerOptions, directory: DataDirectory): Promise<void> {
  const { client, registry, host, port, schema, databaseUrl, logger, signal } = options;
  const pglite = join(directory.path, 'pglite');
  const work = join(directory.path, 'work');
  await mkdir(work, { recursive: true });
  let everReady = false;
  let failures = 0;
  let named: readonly NamedContract[] = await directory.knownContracts(await client.getChainId(), registry);
  while (!signal.aborted) {
    const discovered = await discover(options, named, everReady);
    named = merge(named, namedBy(discovered));
    await directory.keepContracts(discovered.chainId, registry, named);
    const config = indexerConfig(options, pglite, discovered);
    const resumedPglite = databaseUrl === undefined && (await exists(pglite));
    const { why, ...run } = await runPonder({
      ...{ config, host, port, logger, signal, directory: work },
      graphqlUrl: `http://${reachable(host)}:${port}/graphql`,
      schema: await schemaName(schema, config),
      viewsSchema: schema,
      isKnown: (contract) => named.some((known) => keyOf(known) === keyOf(contract)),
    });
    everReady ||= run.wasReady;
    switch (why.kind) {
      case 'stopped':
        return;
      case 'portTaken':
        throw new AddressTakenError(host, port);
      case 'reorgTooDeep':
        // The next run finds that what is stored is of a branch that was left.
        break;
      case 'contractsNamed':
        named = merge(named, why.contracts);
        logger.info({ contracts: why.contracts }, 'indexer_contracts_named');
        break;
      case 'ended': {
        const { exitCode } = why;
        const next = afterEnd({ ...run, exitCode, everReady, failures, resumedPglite });
        failures = run.wasReady ? 0 : failures + 1;
        if (next.kind === 'giveUp') throw startError(run.lastError, exitCode);
        logger.warn({ exitCode, delayMs: next.delayMs, rebuild: next.rebuild }, 'indexer_restarting');
        if (next.rebuild) await rm(pglite, { recursive: true, force: true });
        await delay(next.delayMs, undefined, { signal });
      }
    }
  }
}

function startError(lastError = '', exitCode: number | undefined): DinError {
  if (/connect to (?:PGlite )?database/i.test(lastError)) return new DatabaseUnreachableError(lastError);
  return new IndexerStartError(lastError || `exit code ${exitCode}`);
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** The first time at once or not at all; later as soon as an endpoint answers. */
async function discover(
  { client, registry, logger, signal }: IndexerOptions,
  named: readonly NamedContract[],
  everReady: boolean,
): Promise<Discovered> {
  for (;;) {
    try {
      return await discoverDeployments(client, registry, named);
    } catch (error) {
      if (!everReady || !isEndpointError(error)) throw error;
      logger.warn({ error: describeChainError(error) }, 'indexer_settlement_unreachable');
      await delay(RETRY_MS, undefined, { signal });
    }
  }
}

function indexerConfig(
  { rpcUrls, pollingIntervalMs, databaseUrl }: IndexerOptions,
  pglite: string,
  { chainId, deployments }: Discovered,
): IndexerConfig {
  return {
    chainId,
    rpc: [...rpcUrls],
    pollingIntervalMs,
    database:
      databaseUrl === undefined
        ? { kind: 'pglite', directory: pglite }
        : { kind: 'postgres', url: databaseUrl },
    deployments: [...deployments],
  };
}

function namedBy({ deployments }: Discovered): NamedContract[] {
  return deployments.flatMap(({ registry, courts, escrows }, index) => [
    ...courts.map(({ court }) => ({ registry, kind: 'court', address: court }) as const),
    ...escrows.map((escrow) => ({ registry, kind: 'escrow', address: escrow }) as const),
    ...deployments
      .slice(index + 1, index + 2)
      .map((successor) => ({ registry, kind: 'successor', address: successor.registry }) as const),
  ]);
}

function merge(some: readonly NamedContract[], more: readonly NamedContract[]): NamedContract[] {
  const byKey = new Map([...some, ...more].map((contract) => [keyOf(contract), contract]));
  return [...byKey.values()];
}

function keyOf({ registry, kind, address }: NamedContract): string {
  return `${registry}/${kind}/${address}`;
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

export class IndexerStartError extends DinError {
  readonly code = 'INDEXER_START';
  constructor(details: string) {
    super(`Ponder did not start: ${details}`);
  }
}
