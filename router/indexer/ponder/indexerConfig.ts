import { z } from 'zod';
import { addressText as address } from '../../chain/addressText.ts';
import { DinError } from '../../core/dinError.ts';

/** The one environment variable that the Ponder app reads: JSON of an {@link IndexerConfig}. */
export const CONFIG_VARIABLE = 'DIN_INDEXER_CONFIG';

// Ponder refuses less.
const MIN_POLLING_INTERVAL_MS = 100;

const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as `0x${string}`);
const url = z.string().refine((text) => URL.canParse(text));

const court = z.object({ court: address, hub: address });

/** One registry and all contracts that it ever named. */
export const deploymentSchema = z.object({
  registry: address,
  vault: address,
  /** No event of this deployment is in an older block. */
  deploymentBlock: z.int().nonnegative(),
  /** The block right before. */
  base: z.object({
    number: z.int().nonnegative(),
    hash,
    parentHash: hash,
    timestamp: z.int().nonnegative(),
  }),
  courts: z.array(court),
  escrows: z.array(address),
});

const schema = z.object({
  chainId: z.int().positive(),
  rpc: z.array(url).min(1),
  pollingIntervalMs: z.int().min(MIN_POLLING_INTERVAL_MS),
  database: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('pglite'), directory: z.string().min(1) }),
    z.object({ kind: z.literal('postgres'), url }),
  ]),
  /** The first, and each one's successor. */
  deployments: z.array(deploymentSchema).min(1),
});

export type IndexedDeployment = z.output<typeof deploymentSchema>;
export type IndexerConfig = z.output<typeof schema>;

/** @throws {@link IndexerConfigError} */
export function readIndexerConfig(environment: Readonly<Record<string, string | undefined>>): IndexerConfig {
  const text = environment[CONFIG_VARIABLE];
  if (text === undefined) throw new IndexerConfigError('it is not set: start the indexer with `din indexer`');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new IndexerConfigError('it is no JSON');
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole');
  throw new IndexerConfigError(`not as it must be: ${places.join(', ')}`);
}

/** Names the fields, never their values: they may hold keys. */
export class IndexerConfigError extends DinError {
  readonly code = 'INDEXER_CONFIG';
  constructor(reason: string) {
    super(`${CONFIG_VARIABLE}: ${reason}`);
  }
}
