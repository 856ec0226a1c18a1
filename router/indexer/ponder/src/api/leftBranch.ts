import { db, publicClients } from 'ponder:api';
import { block } from 'ponder:schema';
import { desc, type ReadonlyDrizzle, sql } from 'ponder';
import { BlockNotFoundError, type Hash } from 'viem';

// Ponder's own handle on the database, of which 'ponder:api' gives but the read-only part; see its build/index.ts.
declare global {
  var PONDER_DATABASE: { readonly adminQB: { readonly raw: Pick<ReadonlyDrizzle, 'execute'> } };
  var PONDER_NAMESPACE_BUILD: { readonly schema: string };
}

const client = publicClients.settlement;

interface KnownBlock {
  readonly number: bigint;
  readonly hash: Hash;
  readonly timestamp: bigint;
}

/**
 * Whether what is stored is of a branch that the chain has left: by a reorg beyond what Ponder takes for final, or as a
 * development chain was begun anew. Ponder itself never looks. All that is stored is one branch, so its newest block
 * speaks for all; what was not final has been undone by now.
 */
export async function isOfLeftBranch(chainId: number): Promise<boolean> {
  const [indexed] = await db.select().from(block).orderBy(desc(block.number)).limit(1);
  const fetched = await db.execute(sql`
    SELECT number, hash, timestamp FROM ponder_sync.blocks
    WHERE chain_id = ${chainId} ORDER BY number DESC LIMIT 1`);
  const [row] = fetched.rows as { number: string; hash: Hash; timestamp: string }[];
  const stored: KnownBlock[] = indexed === undefined ? [] : [indexed];
  if (row !== undefined) {
    stored.push({ number: BigInt(row.number), hash: row.hash, timestamp: BigInt(row.timestamp) });
  }
  for (const one of stored) if (await hasLeft(one)) return true;
  return false;
}

async function hasLeft({ number, hash, timestamp }: KnownBlock): Promise<boolean> {
  try {
    return (await client.getBlock({ blockNumber: number, includeTransactions: false })).hash !== hash;
  } catch (error) {
    if (!(error instanceof BlockNotFoundError)) throw error;
    // An endpoint that lags has not come to that time yet; a shorter chain that has is another one.
    return (await client.getBlock({ blockTag: 'latest', includeTransactions: false })).timestamp >= timestamp;
  }
}

/** Drops the index, and all that was fetched of the chain: the next start begins with nothing. */
export async function forget(chainId: number): Promise<void> {
  const { adminQB } = globalThis.PONDER_DATABASE;
  const { schema } = globalThis.PONDER_NAMESPACE_BUILD;
  const tables = await adminQB.raw.execute(sql`
    SELECT table_name AS name FROM information_schema.columns
    WHERE table_schema = 'ponder_sync' AND column_name = 'chain_id'`);
  for (const { name } of tables.rows as { name: string }[]) {
    await adminQB.raw.execute(
      sql`DELETE FROM ${sql.identifier('ponder_sync')}.${sql.identifier(name)} WHERE chain_id = ${chainId}`,
    );
  }
  await adminQB.raw.execute(sql`DROP SCHEMA ${sql.identifier(schema)} CASCADE`);
}
