import { type Context, ponder } from 'ponder:registry';
import { block, tip } from 'ponder:schema';
import { and, eq, lt, sql } from 'ponder';

// Routers that were away for longer begin from their last final block, as after a restart.
const KEPT_BLOCKS = 1_000n;
const PRUNE_EVERY_BLOCKS = 100n;

// After all logs of the block: Ponder puts block events last.
ponder.on('Head:block', async ({ event, context }) => {
  const { number, hash, parentHash, timestamp } = event.block;
  const row = { number, hash, parentHash, timestamp, indexedAt: BigInt(Date.now()) };
  await context.db
    .insert(block)
    .values({ ...row, events: 0 })
    .onConflictDoUpdate({ indexedAt: row.indexedAt });
  await context.db
    .insert(tip)
    .values({ id: 'tip', ...row })
    .onConflictDoUpdate(row);
  if (number % PRUNE_EVERY_BLOCKS === 0n) await prune(context, number - KEPT_BLOCKS);
});

async function prune({ chain, db }: Context, below: bigint): Promise<void> {
  await db.sql.delete(block).where(and(eq(block.events, 0), lt(block.number, below)));
  // Ponder keeps what it fetched, each block that `Head` saw among it, which would be 20 GB in a year of two-second
  // blocks. Those that stand behind no log or transaction are for nothing but a row that was just deleted.
  await db.sql.execute(sql`
    DELETE FROM ponder_sync.blocks AS old
    WHERE old.chain_id = ${chain.id} AND old.number < ${below}
      AND NOT EXISTS (
        SELECT FROM ponder_sync.logs AS log
        WHERE log.chain_id = old.chain_id AND log.block_number = old.number)
      AND NOT EXISTS (
        SELECT FROM ponder_sync.transactions AS transaction
        WHERE transaction.chain_id = old.chain_id AND transaction.block_number = old.number)`);
}
