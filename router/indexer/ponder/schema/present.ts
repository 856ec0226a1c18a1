import { index, onchainTable, primaryKey } from 'ponder';

/*
 * For people: the present. Rows are those of the routers' fold, by the same events. Amounts are in the token's smallest
 * unit, instants in seconds since 1970, words as in router/registry/providerSet.ts.
 */

export const network = onchainTable(
  'network',
  (t) => ({
    registry: t.hex().notNull(),
    /** `keccak256(bytes(caip2))` */
    id: t.hex().notNull(),
    caip2: t.text().notNull(),
    slug: t.text().notNull(),
    /** `live` or `retired` */
    status: t.text().notNull(),
    minStake: t.bigint().notNull(),
    minAvailabilityBps: t.integer().notNull(),
    maxP95LatencyMs: t.integer().notNull(),
    maxP95BlockLag: t.integer().notNull(),
    maxMismatches: t.integer().notNull(),
    minSamples: t.integer().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.registry, table.id] }),
    slugIdx: index().on(table.slug),
  }),
);

export const provider = onchainTable(
  'provider',
  (t) => ({
    registry: t.hex().notNull(),
    /** Its owner's address. */
    id: t.hex().notNull(),
    /** Null until registered: stake may come first. */
    signer: t.hex(),
    /** A stranger's words. */
    metadata: t.text().notNull(),
    jailedUntil: t.bigint().notNull(),
    tokens: t.bigint().notNull(),
    thawing: t.bigint().notNull(),
    locked: t.bigint().notNull(),
    /** Sum over the services offered. */
    requiredStake: t.bigint().notNull(),
    /** Whether `tokens - thawing` is at least `requiredStake`. */
    funded: t.boolean().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.registry, table.id] }),
    signerIdx: index().on(table.signer),
    tokensIdx: index().on(table.tokens),
  }),
);

/**
 * Active is: `live` on a `live` network, its provider registered, `funded` and `jailedUntil` not in the future.
 */
export const service = onchainTable(
  'service',
  (t) => ({
    registry: t.hex().notNull(),
    provider: t.hex().notNull(),
    network: t.hex().notNull(),
    /** Number in watchers' measurements. */
    serviceId: t.bigint().notNull(),
    /** A stranger's words. */
    url: t.text().notNull(),
    capabilities: t.bigint().notNull(),
    minStake: t.bigint().notNull(),
    /** `live`, `paused` or `removed` */
    status: t.text().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.registry, table.provider, table.network] }),
    serviceIdIdx: index().on(table.registry, table.serviceId),
    networkIdx: index().on(table.registry, table.network, table.status),
  }),
);

/** What the vault holds for an account, providers' and watchers'. */
export const bond = onchainTable(
  'bond',
  (t) => ({
    vault: t.hex().notNull(),
    /** `provider` or `watcher` */
    role: t.text().notNull(),
    account: t.hex().notNull(),
    tokens: t.bigint().notNull(),
    thawing: t.bigint().notNull(),
    locked: t.bigint().notNull(),
    /** Null while nothing thaws. */
    thawEnd: t.bigint(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.vault, table.role, table.account] }) }),
);

export const watcher = onchainTable(
  'watcher',
  (t) => ({
    hub: t.hex().notNull(),
    id: t.hex().notNull(),
    admitted: t.boolean().notNull(),
    joined: t.boolean().notNull(),
    /** From the start of `weightFromEpoch` on. */
    weight: t.bigint().notNull(),
    weightFromEpoch: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.hub, table.id] }) }),
);

export const slashingCase = onchainTable(
  'slashingCase',
  (t) => ({
    id: t.hex().primaryKey(),
    court: t.hex().notNull(),
    registry: t.hex().notNull(),
    provider: t.hex().notNull(),
    network: t.hex().notNull(),
    /** Null for objective offences, which are about a `height`. */
    epoch: t.bigint(),
    height: t.bigint(),
    offence: t.text().notNull(),
    /** As in router/chain/caseState.ts. */
    state: t.text().notNull(),
    amount: t.bigint().notNull(),
    /** Share of the stake; null for objective offences. */
    bps: t.integer(),
    /** Until then it may be vetoed or appealed against, from then on executed. */
    executableAt: t.bigint().notNull(),
    appealBond: t.bigint(),
    jailedUntil: t.bigint(),
    /** Who brought it. */
    opener: t.hex().notNull(),
    openedAt: t.bigint().notNull(),
    changedAt: t.bigint().notNull(),
  }),
  (table) => ({
    providerIdx: index().on(table.registry, table.provider),
    stateIdx: index().on(table.state, table.executableAt),
  }),
);

export const escrowAccount = onchainTable(
  'escrowAccount',
  (t) => ({
    escrow: t.hex().notNull(),
    gateway: t.hex().notNull(),
    balance: t.bigint().notNull(),
    thawing: t.bigint().notNull(),
    /** Null while nothing thaws. */
    thawEnd: t.bigint(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.escrow, table.gateway] }) }),
);

export const escrowSigner = onchainTable(
  'escrowSigner',
  (t) => ({
    escrow: t.hex().notNull(),
    gateway: t.hex().notNull(),
    signer: t.hex().notNull(),
    /** `authorized`, `thawing` or `revoked` */
    status: t.text().notNull(),
    revocableAt: t.bigint(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.escrow, table.gateway, table.signer] }) }),
);

/** All that a gateway has paid a provider. */
export const paymentTotal = onchainTable(
  'paymentTotal',
  (t) => ({
    escrow: t.hex().notNull(),
    gateway: t.hex().notNull(),
    provider: t.hex().notNull(),
    /** Fees included. */
    collected: t.bigint().notNull(),
    fees: t.bigint().notNull(),
    payments: t.integer().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.escrow, table.gateway, table.provider] }),
    providerIdx: index().on(table.provider),
  }),
);
