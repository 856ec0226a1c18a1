import { ponder } from 'ponder:registry';
import { block } from 'ponder:schema';
import { and, eq, lt } from 'ponder';

// Routers that were away for longer begin from their last final block, as after a restart.
const KEPT_BLOCKS = 1_000n;
const PRUNE_EVERY_BLOCKS = 100n;

// After all logs of the block: Ponder puts block events last.
ponder.on('Head:block', async ({ event, context: { db } }) => {
  const { number, hash, parentHash, timestamp } = event.block;
  const indexedAt = BigInt(Date.now());
  await db
    .insert(block)
    .values({ number, hash, parentHash, timestamp, events: 0, live: true, indexedAt })
    .onConflictDoUpdate({ live: true, indexedAt });
  if (number % PRUNE_EVERY_BLOCKS !== 0n) return;
  await db.sql.delete(block).where(and(eq(block.events, 0), lt(block.number, number - KEPT_BLOCKS)));
});
