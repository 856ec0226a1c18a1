import { resolve } from 'node:path';
import { createSettlementClient } from '../../../router/chain/settlementClient.ts';
import { createLogger } from '../../../router/observability/logger.ts';
import { runIndexer } from '../../indexer/runIndexer.ts';
import { addressOf } from '../../lib/address.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { readDeploymentFile } from '../../lib/deploymentFile.ts';
import { rpcUrlsOf, WrongChainError } from '../../lib/session.ts';
import { UsageError } from '../../lib/usageError.ts';

export interface IndexerCommandOptions {
  readonly rpc?: readonly string[];
  readonly registry?: string;
  readonly deployment?: string;
  readonly host: string;
  readonly port: number;
  readonly databaseUrl?: string;
  readonly dataDir: string;
  readonly schema: string;
  readonly pollInterval: number;
}

// Leaves room for what is added to it in the 45 characters that Ponder allows.
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,29}$/;

/** `din indexer`: the log is its output. */
export async function run(options: IndexerCommandOptions, io: CliIo): Promise<void> {
  const { schema, dataDir, pollInterval: pollingIntervalMs, host, port } = options;
  if (!SCHEMA_NAME.test(schema) || schema.startsWith('ponder'))
    throw new UsageError('--schema takes up to 30 of a-z, 0-9 and _, and not the name of Ponder itself');
  const databaseUrl = options.databaseUrl ?? io.env.DATABASE_URL;
  if (databaseUrl !== undefined && !/^postgres(?:ql)?:$/.test(URL.parse(databaseUrl)?.protocol ?? ''))
    throw new UsageError('The database URL must begin with postgres://');
  const rpcUrls = rpcUrlsOf(options, io);
  const client = createSettlementClient({ rpcUrls });
  const deployment = options.deployment ? await readDeploymentFile(options.deployment) : undefined;
  const registry = deployment?.registry ?? options.registry ?? io.env.DIN_REGISTRY;
  if (registry === undefined)
    throw new UsageError('Which deployment? Give --registry <address>, --deployment <file> or DIN_REGISTRY');
  if (deployment !== undefined) {
    const chainId = await client.getChainId();
    if (chainId !== deployment.chainId) throw new WrongChainError(chainId, deployment.chainId);
  }
  await runIndexer({
    ...{ client, rpcUrls, pollingIntervalMs, databaseUrl, schema, host, port },
    registry: addressOf(registry, 'The registry'),
    dataDirectory: resolve(dataDir),
    logger: createLogger({ level: 'info', destination: { write: (line) => io.stdout(line.trimEnd()) } }),
    signal: io.signal ?? new AbortController().signal,
  });
}
