import { onchainTable } from 'ponder';

/** One row, the newest block that is there with all its rows in all tables; none before the first backfill has ended. */
export const tip = onchainTable('tip', (t) => ({
  id: t.text().primaryKey(),
  number: t.bigint().notNull(),
  hash: t.hex().notNull(),
  parentHash: t.hex().notNull(),
  timestamp: t.bigint().notNull(),
  /** As of the row of `block`. */
  indexedAt: t.bigint().notNull(),
}));
