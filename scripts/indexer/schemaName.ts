import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IndexerConfig } from '../../router/indexer/ponder/indexerConfig.ts';

const ROUTER = join(import.meta.dirname, '../../router');
// All that the app is made of or imports.
const SOURCES = [
  'core/**/*.ts',
  'chain/**/*.ts',
  'registry/**/*.ts',
  'indexer/*.ts',
  'indexer/{graphql,ponder}/**/*.ts',
];
const HASH_LENGTH = 10;

/**
 * The database schema of one index. Ponder goes on in a schema only for the very same app, and looks at no file outside
 * the app's own directory: other code, another chain or further contracts begin anew under a name of their own. What
 * was fetched from the chain is kept apart and used again.
 */
export async function schemaName(
  prefix: string,
  { chainId, deployments }: Pick<IndexerConfig, 'chainId' | 'deployments'>,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify({ chainId, deployments }));
  const files: string[] = [];
  for await (const file of glob(SOURCES, { cwd: ROUTER, exclude: ['**/*.test.ts'] })) files.push(file);
  for (const file of files.sort()) hash.update(file).update(await readFile(join(ROUTER, file)));
  return `${prefix}_${hash.digest('hex').slice(0, HASH_LENGTH)}`;
}
