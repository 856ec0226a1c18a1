import { index, onchainTable, primaryKey } from 'ponder';

/*
 * For people: the past, one row an event, never changed. `id` is that of `registryEvent`.
 */

type ColumnTypes = Parameters<Extract<Parameters<typeof onchainTable>[1], (...args: never[]) => unknown>>[0];

/** See `eventRow`. */
const ofEvent = (t: ColumnTypes) => ({
  id: t.text().primaryKey(),
  blockNumber: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
});

export const stakeChange = onchainTable(
  'stakeChange',
  (t) => ({
    ...ofEvent(t),
    vault: t.hex().notNull(),
    role: t.text().notNull(),
    account: t.hex().notNull(),
    /** `staked`, `thawStarted`, `thawCancelled`, `withdrawn`, `locked`, `released`, `slashed` or `rewarded` */
    cause: t.text().notNull(),
    amount: t.bigint().notNull(),
    /** What the bond is afterwards. */
    tokens: t.bigint().notNull(),
    thawing: t.bigint().notNull(),
    locked: t.bigint().notNull(),
  }),
  (table) => ({ accountIdx: index().on(table.account, table.id) }),
);

export const slashing = onchainTable(
  'slashing',
  (t) => ({
    ...ofEvent(t),
    vault: t.hex().notNull(),
    role: t.text().notNull(),
    account: t.hex().notNull(),
    amount: t.bigint().notNull(),
    /** Who got `reporterAmount` of it; the treasury got the rest. */
    reporter: t.hex().notNull(),
    reporterAmount: t.bigint().notNull(),
  }),
  (table) => ({ accountIdx: index().on(table.account, table.id) }),
);

export const commitment = onchainTable(
  'commitment',
  (t) => ({
    ...ofEvent(t),
    hub: t.hex().notNull(),
    epoch: t.bigint().notNull(),
    watcher: t.hex().notNull(),
    commitment: t.hex().notNull(),
  }),
  (table) => ({ epochIdx: index().on(table.epoch) }),
);

/** One chunk of a watcher's report. */
export const reveal = onchainTable(
  'reveal',
  (t) => ({
    ...ofEvent(t),
    hub: t.hex().notNull(),
    epoch: t.bigint().notNull(),
    watcher: t.hex().notNull(),
    chunk: t.integer().notNull(),
    chunks: t.integer().notNull(),
    /** Services measured. */
    records: t.integer().notNull(),
  }),
  (table) => ({ epochIdx: index().on(table.epoch), watcherIdx: index().on(table.watcher, table.epoch) }),
);

/** One service's figures in one watcher's report about one epoch. */
export const measurement = onchainTable(
  'measurement',
  (t) => ({
    hub: t.hex().notNull(),
    registry: t.hex().notNull(),
    epoch: t.bigint().notNull(),
    watcher: t.hex().notNull(),
    serviceId: t.bigint().notNull(),
    samples: t.integer().notNull(),
    successes: t.integer().notNull(),
    p95LatencyMs: t.integer().notNull(),
    p95BlockLag: t.integer().notNull(),
    mismatches: t.integer().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.hub, table.epoch, table.watcher, table.serviceId] }),
    serviceIdx: index().on(table.registry, table.serviceId, table.epoch),
  }),
);

/** A watcher's word that a service broke its network's SLA. */
export const attestation = onchainTable(
  'attestation',
  (t) => ({
    ...ofEvent(t),
    hub: t.hex().notNull(),
    offenceId: t.hex().notNull(),
    epoch: t.bigint().notNull(),
    watcher: t.hex().notNull(),
    provider: t.hex().notNull(),
    network: t.hex().notNull(),
    offence: t.text().notNull(),
    /** Weight of all that have said so by then. */
    tally: t.bigint().notNull(),
  }),
  (table) => ({
    epochIdx: index().on(table.epoch),
    providerIdx: index().on(table.provider, table.epoch),
    offenceIdx: index().on(table.offenceId),
  }),
);

/** Breaches of an epoch that two thirds of the weight have attested by then. */
export const quorum = onchainTable(
  'quorum',
  (t) => ({
    ...ofEvent(t),
    hub: t.hex().notNull(),
    epoch: t.bigint().notNull(),
    breaches: t.bigint().notNull(),
    digest: t.bigint().notNull(),
  }),
  (table) => ({ epochIdx: index().on(table.epoch) }),
);

export const rewardClaim = onchainTable(
  'rewardClaim',
  (t) => ({
    ...ofEvent(t),
    hub: t.hex().notNull(),
    epoch: t.bigint().notNull(),
    watcher: t.hex().notNull(),
    amount: t.bigint().notNull(),
  }),
  (table) => ({ watcherIdx: index().on(table.watcher, table.epoch) }),
);

export const caseChange = onchainTable(
  'caseChange',
  (t) => ({
    ...ofEvent(t),
    caseId: t.hex().notNull(),
    /** `opened`, `proven`, `appealed`, `appealRejected`, `overturned`, `vetoed`, `executed` or `watcherCharged` */
    change: t.text().notNull(),
    /** Slashed, given back, bonded or charged. */
    amount: t.bigint().notNull(),
    /** Until when the next step may be taken. */
    deadline: t.bigint(),
  }),
  (table) => ({ caseIdx: index().on(table.caseId, table.id) }),
);

/** A registry or a vault was given another court, escrow or successor, or is to be. */
export const contractChange = onchainTable('contractChange', (t) => ({
  ...ofEvent(t),
  contract: t.hex().notNull(),
  /** `court`, `escrow` or `successor` */
  kind: t.text().notNull(),
  /** `proposed` or `changed` */
  step: t.text().notNull(),
  address: t.hex().notNull(),
  /** Of a proposal. */
  effectiveAt: t.bigint(),
}));

export const escrowChange = onchainTable(
  'escrowChange',
  (t) => ({
    ...ofEvent(t),
    escrow: t.hex().notNull(),
    gateway: t.hex().notNull(),
    /** `deposited`, `thawStarted`, `thawCancelled`, `withdrawn` or `collected` */
    cause: t.text().notNull(),
    amount: t.bigint().notNull(),
    /** What the account is afterwards. */
    balance: t.bigint().notNull(),
    thawing: t.bigint().notNull(),
  }),
  (table) => ({ gatewayIdx: index().on(table.gateway, table.id) }),
);

export const payment = onchainTable(
  'payment',
  (t) => ({
    ...ofEvent(t),
    escrow: t.hex().notNull(),
    gateway: t.hex().notNull(),
    provider: t.hex().notNull(),
    collector: t.hex().notNull(),
    /** Fee included. */
    amount: t.bigint().notNull(),
    fee: t.bigint().notNull(),
  }),
  (table) => ({
    providerIdx: index().on(table.provider, table.id),
    gatewayIdx: index().on(table.gateway, table.id),
  }),
);
