import { index, onchainTable, primaryKey } from 'ponder';

/*
 * For routers: what `router/indexer/graphql` reads, with `tip` (tip.ts).
 *
 * Why a reader sees all events up to a block B, and none else, that asks for `tip`, which says B, then for the pages of
 * `registryEvent` up to B, then for row B of `block`, and finds there the tip's `hash` and `indexedAt`:
 * - PostgreSQL: a block's rows come in one transaction, and what a reorg undoes goes in one.
 * - PGlite: Ponder uses no transactions there. But it writes and undoes table by table, in the order of the schema's
 *   exports: `block` is the first that comes and goes, `tip` the last. A tip B says that all events are there; a row B
 *   says that none is gone yet.
 * - No one undid and rewrote B in between, not even there and back again: `indexedAt` would be another.
 * - A backfill, at the first start or after a crash, ends where it likes. But it writes only what is above the last final
 *   block, and never a tip: the source `Head` begins at the chain's head.
 * So `block` stays the first table here, and `tip` in the last file.
 */

/** Every block with a `registryEvent`, and the newest ones besides. */
export const block = onchainTable('block', (t) => ({
  number: t.bigint().primaryKey(),
  hash: t.hex().notNull(),
  parentHash: t.hex().notNull(),
  timestamp: t.bigint().notNull(),
  /** How many `registryEvent` rows it has; blocks without any go after a while. */
  events: t.integer().notNull(),
  /** When this row was written, in milliseconds since 1970, by the indexer's clock. */
  indexedAt: t.bigint().notNull(),
}));

/** Written once, before the first event: a registry that is indexed. */
export const deployment = onchainTable('deployment', (t) => ({
  registry: t.hex().primaryKey(),
  chainId: t.integer().notNull(),
  vault: t.hex().notNull(),
  /** No event is in an older block. */
  deploymentBlock: t.bigint().notNull(),
  /** The block right before. */
  baseNumber: t.bigint().notNull(),
  baseHash: t.hex().notNull(),
  baseParentHash: t.hex().notNull(),
  baseTimestamp: t.bigint().notNull(),
}));

/** What bears on the provider set, as the routers' fold takes it. */
export const registryEvent = onchainTable(
  'registryEvent',
  (t) => ({
    /** In the chain's order: block number in 16 digits, `-`, log index in 8. */
    id: t.text().notNull(),
    /** Whose set it bears on. An event of a vault that two registries share has a row for each. */
    registry: t.hex().notNull(),
    blockNumber: t.bigint().notNull(),
    type: t.text().notNull(),
    /** JSON of the rest, see router/indexer/graphql/eventJson.ts. */
    data: t.text().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.registry, table.id] }),
    blockIdx: index().on(table.registry, table.blockNumber),
  }),
);
