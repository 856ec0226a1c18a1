import { index, onchainTable, primaryKey } from 'ponder';

/*
 * For routers: what `router/indexer/graphql` reads.
 *
 * Why a reader that pages `registryEvent` up to a block B with `live: true` sees all events up to B and none else:
 * - Once it follows the head, Ponder indexes a block in one database transaction: its events first, then the source
 *   `Head`, which sets `live`. So a live row is there together with all its block's events, or not at all.
 * - A reorg undoes the rows of all tables after the common ancestor in one transaction too.
 * - A backfill, at the first start or after a crash, commits in pieces and may end one in the middle of a block. But it
 *   writes only what is above the last final block, and never a live row: `Head` begins at the chain's head.
 * - Pages are several queries, between which the branch may change, even there and back. So a reader asks for row B
 *   before and after: when `hash` and `indexedAt` are the same, no one has undone and rewritten it in between.
 */

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

/** Every block with a `registryEvent`, and the newest ones besides; see above. */
export const block = onchainTable(
  'block',
  (t) => ({
    number: t.bigint().primaryKey(),
    hash: t.hex().notNull(),
    parentHash: t.hex().notNull(),
    timestamp: t.bigint().notNull(),
    /** How many `registryEvent` rows it has; blocks without any go after a while. */
    events: t.integer().notNull(),
    /** Indexed as the chain's head, not in a backfill. */
    live: t.boolean().notNull(),
    /** When this row was written, in milliseconds since 1970, by the indexer's clock. */
    indexedAt: t.bigint().notNull(),
  }),
  (table) => ({ liveIdx: index().on(table.live, table.number) }),
);

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
