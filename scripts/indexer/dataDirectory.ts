import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Address, isAddressEqual } from 'viem';
import { z } from 'zod';
import { addressText as address } from '../../router/chain/addressText.ts';
import { DinError } from '../../router/core/dinError.ts';
import type { NamedContract } from './discoverDeployments.ts';
import { contractKind } from './namedContracts.ts';
import { parseJson } from './parseJson.ts';

const fileSchema = z.object({
  chainId: z.int(),
  /** The one that was asked for. */
  registry: address,
  named: z.array(z.object({ registry: address, kind: contractKind, address })),
});

/** Where an indexer keeps what outlives it, PGlite's database above all. */
export interface DataDirectory {
  readonly path: string;
  /** Contracts that this registry once named, as far as an earlier run got to know them. */
  knownContracts(chainId: number, registry: Address): Promise<readonly NamedContract[]>;
  keepContracts(chainId: number, registry: Address, named: readonly NamedContract[]): Promise<void>;
  release(): void;
}

/**
 * Makes the directory and keeps it for this process alone: two on one PGlite would destroy it.
 * @throws {@link DataDirectoryError}
 */
export async function claimDataDirectory(path: string): Promise<DataDirectory> {
  const lock = await claim(path);
  const file = join(path, 'contracts.json');
  return {
    path,
    async knownContracts(chainId, registry) {
      const text = await readFile(file, 'utf8').catch(() => '');
      const parsed = fileSchema.safeParse(parseJson(text));
      // Losing it costs one more start; the index names them all again.
      const isOurs =
        parsed.success && parsed.data.chainId === chainId && isAddressEqual(parsed.data.registry, registry);
      return isOurs ? parsed.data.named : [];
    },
    async keepContracts(chainId, registry, named) {
      const partial = `${file}.new`;
      await writeFile(partial, JSON.stringify({ chainId, registry, named }));
      await rename(partial, file);
    },
    release: () => lock.close(),
  };
}

async function claim(path: string): Promise<DatabaseSync> {
  try {
    await mkdir(path, { recursive: true });
    // SQLite's lock on a file goes with the process, however that ends.
    const lock = new DatabaseSync(join(path, 'lock.sqlite'), { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    const isTaken = cause instanceof Error && /locked|busy/.test(cause.message);
    throw new DataDirectoryError(path, isTaken ? 'another indexer works there' : String(cause), { cause });
  }
}

export class DataDirectoryError extends DinError {
  readonly code = 'DATA_DIRECTORY';
  constructor(path: string, reason: string, options?: { cause?: unknown }) {
    super(`The data directory ${path} cannot be used: ${reason}. Choose another with --data-dir.`, options);
  }
}
