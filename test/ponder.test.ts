import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { getIntrospectionQuery } from 'graphql';
import { type Hex, parseEther } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { networkIdOf, packMeasurements } from '../router/chain/commitment.ts';
import { createTransactor } from '../router/chain/transact.ts';
import {
  type CaseChain,
  GOVERNOR,
  PROVIDER,
  startCaseChain,
  VETO_SECONDS,
  WATCHER,
} from './fixtures/caseChain.ts';
import { addressOf, keyOf } from './fixtures/cliChain.ts';
import { type Ponder, startPonder } from './fixtures/ponder.ts';
import { expectTruth, readChain } from './fixtures/ponderTruth.ts';
import { type Postgres, startPostgres } from './fixtures/postgres.ts';

const OTHER = 6;
const GATEWAY = 20;
const KEEPER = 25;
const NETWORK = networkIdOf('eip155:1337');
const ODD_TEXT = 'NUL \0 "quotes" \\ <b> \u{1f4a5}';
const MEASURED = { samples: 40, successes: 39, p95LatencyMs: 120, p95BlockLag: 1, mismatches: 0 };
// More than Ponder takes for open to reorgs.
const FINAL_AFTER_BLOCKS = 70;

let chain: CaseChain;
let postgres: Postgres;
let databaseUrl: string;
/** One on PGlite, one on PostgreSQL. */
let indexers: readonly Ponder[] = [];

beforeAll(async () => {
  [chain, postgres] = await Promise.all([startCaseChain(), startPostgres()]);
  await firstHistory();
  await mine(FINAL_AFTER_BLOCKS);
  const { registry } = chain.deployment;
  const at = { rpcUrl: chain.anvil.url, registry };
  databaseUrl = await postgres.createDatabase();
  indexers = await Promise.all([
    startPonder({ ...at, database: { kind: 'pglite' } }),
    startPonder({ ...at, database: { kind: 'postgres', url: databaseUrl } }),
  ]);
}, 180_000);

afterAll(async () => {
  await Promise.all(indexers.map((ponder) => ponder.stop()));
  await Promise.all([chain?.stop(), postgres?.stop()]);
});

const rpc = (method: string, ...params: unknown[]) =>
  chain.client.request<{ Parameters: unknown[]; ReturnType: unknown }>({ method, params });
const mine = (blocks: number) => rpc('anvil_mine', `0x${blocks.toString(16)}`);
const tokens = (amount: number) => String(parseEther(String(amount)));
const lower = (account: number) => addressOf(account).toLowerCase();
const truth = () =>
  Promise.all(indexers.map((ponder) => expectTruth(ponder, chain.client, chain.deployment.registry)));

/** Each indexer's answer to one question. */
const ask = (query: string) =>
  Promise.all(indexers.map((ponder) => ponder.query<Record<string, unknown>>(query)));

type RegistryCall = 'setMetadata' | 'pauseService' | 'resumeService' | 'retireNetwork';
async function call(account: number, functionName: RegistryCall, argument: string): Promise<void> {
  // Anew each time: one that knows its nonce would not survive that a test sets the chain back.
  const transactor = createTransactor({ client: chain.client, account: privateKeyToAccount(keyOf(account)) });
  const registry = { address: chain.deployment.registry, abi: providerRegistryAbi } as const;
  await transactor.simulateAndSend({ ...registry, functionName, args: [argument as Hex] });
}

async function pay(total: string): Promise<void> {
  const to = ['--provider', addressOf(PROVIDER), '--gateway', addressOf(GATEWAY), '--total', total];
  const signed = await chain.din(GATEWAY, ['escrow', 'sign-voucher', ...to]);
  const file = join(chain.dir, `voucher-${total}.json`);
  await writeFile(file, signed.out);
  await chain.ok(KEEPER, 'escrow', 'collect', file);
}

/** A second provider, a report, a case that is overturned, money. */
async function firstHistory(): Promise<void> {
  const { token } = chain.deployment;
  await chain.mint(token, addressOf(OTHER), 3_000n);
  await chain.mint(token, addressOf(GATEWAY), 1_000n);
  await chain.ok(OTHER, 'provider', 'stake', '--amount', '1500');
  await chain.ok(OTHER, 'provider', 'register', '--metadata', 'other');
  await chain.ok(OTHER, 'provider', 'add-service', '--network', 'devnet', '--url', chain.served.url);
  await chain.ok(OTHER, 'provider', 'thaw', '--amount', '100');
  await chain.ok(OTHER, 'provider', 'cancel-thaw');
  await call(OTHER, 'setMetadata', ODD_TEXT);
  // One service twice, and one that does not exist.
  const twice = { serviceId: 1, ...MEASURED, samples: 1 };
  const known = [1, 2].map((serviceId) => ({ serviceId, ...MEASURED }));
  await chain.attestOutage(packMeasurements([...known, twice, { serviceId: 99, ...MEASURED }]));
  const { id } = await chain.openCase();
  await chain.ok(PROVIDER, 'provider', 'appeal', id);
  await chain.ok(GOVERNOR, 'case', 'resolve', id, '--uphold');
  await chain.ok(GATEWAY, 'escrow', 'deposit', '--amount', '600');
  await pay('100');
}

test('what was final at the start is there as routers fold it', async () => {
  await truth();
  for (const ponder of indexers) expect(ponder.log()).not.toMatch(/error|warning/);
});

test('reports, with what watchers make up in them, stand epoch by epoch', async () => {
  const answers = await ask(`{
    measurements(orderBy: "serviceId") { items { serviceId samples successes service { provider } } }
    reveals(orderBy: "id") { items { chunk chunks records watcher } }
    commitments { items { watcher } }
    attestations { items { offence provider tally } }
    quorums { items { breaches } }
    watchers { items { id admitted joined } }
  }`);
  const attested = { offence: 'outage', provider: lower(PROVIDER), tally: tokens(1_000) };
  for (const answer of answers) {
    expect(answer).toEqual({
      measurements: {
        items: [
          { serviceId: '1', samples: 40, successes: 39, service: { provider: lower(PROVIDER) } },
          { serviceId: '2', samples: 40, successes: 39, service: { provider: lower(OTHER) } },
          { serviceId: '99', samples: 40, successes: 39, service: null },
        ],
      },
      reveals: {
        items: [4, 0].map((records) => ({ chunk: 0, chunks: 1, records, watcher: lower(WATCHER) })),
      },
      commitments: { items: [{ watcher: lower(WATCHER) }, { watcher: lower(WATCHER) }] },
      attestations: { items: [attested, attested] },
      quorums: { items: [{ breaches: '1' }, { breaches: '1' }] },
      watchers: { items: [{ id: lower(WATCHER), admitted: true, joined: true }] },
    });
  }
});

test('what happens while it runs is there too: a slash, payments, a network that ends', async () => {
  const { id } = await chain.openCase();
  await chain.passTime(VETO_SECONDS);
  await chain.ok(KEEPER, 'case', 'execute', id);
  await pay('150');
  await chain.ok(GATEWAY, 'escrow', 'thaw', '--amount', '200');
  await chain.ok(GATEWAY, 'escrow', 'authorize-signer', addressOf(KEEPER));
  await call(OTHER, 'pauseService', NETWORK);
  await call(GOVERNOR, 'retireNetwork', NETWORK);
  await truth();
  const answers = await ask(`{
    slashingCases(orderBy: "openedAt") { items { id state ofProvider { id } changes(orderBy: "id") { items { change } } } }
    slashings { items { role account amount reporterAmount } }
    stakeChanges(where: { account: "${lower(PROVIDER)}" }, orderBy: "id", orderDirection: "desc", limit: 2) {
      items { cause amount tokens locked }
    }
    payments(orderBy: "id") { items { gateway provider amount fee } }
    paymentTotals { items { collected fees payments } }
    escrowAccounts { items { gateway balance thawing } }
    escrowChanges(orderBy: "id") { items { cause amount balance } }
    escrowSigners { items { signer status } }
    contractChanges(orderBy: "id") { items { kind step } }
  }`);
  const changes = (...names: string[]) => ({ items: names.map((change) => ({ change })) });
  const ofProvider = { id: lower(PROVIDER) };
  for (const answer of answers) {
    expect(answer).toEqual({
      slashingCases: {
        items: [
          {
            id: expect.any(String),
            state: 'overturned',
            ofProvider,
            changes: changes('opened', 'appealed', 'overturned'),
          },
          { id, state: 'executed', ofProvider, changes: changes('opened', 'executed') },
        ],
      },
      slashings: {
        items: [{ role: 'provider', account: lower(PROVIDER), amount: tokens(40), reporterAmount: '0' }],
      },
      stakeChanges: {
        items: [
          { cause: 'slashed', amount: tokens(40), tokens: tokens(1_960), locked: '0' },
          { cause: 'locked', amount: tokens(40), tokens: tokens(2_000), locked: tokens(40) },
        ],
      },
      payments: {
        items: [
          { gateway: lower(GATEWAY), provider: lower(PROVIDER), amount: tokens(100), fee: tokens(5) },
          { gateway: lower(GATEWAY), provider: lower(PROVIDER), amount: tokens(50), fee: tokens(2.5) },
        ],
      },
      paymentTotals: { items: [{ collected: tokens(150), fees: tokens(7.5), payments: 2 }] },
      escrowAccounts: { items: [{ gateway: lower(GATEWAY), balance: tokens(450), thawing: tokens(200) }] },
      escrowChanges: {
        items: [
          { cause: 'deposited', amount: tokens(600), balance: tokens(600) },
          { cause: 'collected', amount: tokens(100), balance: tokens(500) },
          { cause: 'collected', amount: tokens(50), balance: tokens(450) },
          { cause: 'thawStarted', amount: tokens(200), balance: tokens(450) },
        ],
      },
      escrowSigners: { items: [{ signer: lower(KEEPER), status: 'authorized' }] },
      contractChanges: {
        items: [...['court', 'court'], 'escrow'].map((kind) => ({ kind, step: 'changed' })),
      },
    });
  }
});

test('what a reorg undoes is undone in every table', async () => {
  const before = await rpc('evm_snapshot');
  await call(OTHER, 'resumeService', NETWORK);
  await chain.ok(OTHER, 'provider', 'thaw', '--amount', '300');
  await chain.ok(GATEWAY, 'escrow', 'cancel-thaw');
  await mine(3);
  await truth();
  await rpc('evm_revert', before);
  await call(OTHER, 'setMetadata', 'another branch');
  await mine(8);
  await truth();
  const answers = await ask(`{
    stakeChanges(where: { account: "${lower(OTHER)}", cause: "thawStarted" }) { items { amount } }
    escrowAccounts { items { thawing } }
  }`);
  for (const answer of answers) {
    expect(answer).toEqual({
      stakeChanges: { items: [{ amount: tokens(100) }] },
      escrowAccounts: { items: [{ thawing: tokens(200) }] },
    });
  }
});

test('on PostgreSQL people find the tables under a name that stays', async () => {
  const rows = await postgres.rows(
    databaseUrl,
    'SELECT id, "cause" FROM din."stakeChange" ORDER BY id LIMIT 1',
  );
  expect(rows).toEqual([{ id: expect.stringMatching(/^\d{16}-\d{8}$/), cause: 'staked' }]);
});

test('questions that are too large are refused, an explorer’s are not', async () => {
  for (const ponder of indexers) {
    expect(await ponder.query(getIntrospectionQuery())).toMatchObject({ __schema: expect.anything() });
    await expect(ponder.query('{ networks(limit: 1001) { items { id } } }')).rejects.toThrow('refused');
    const nested = (depth: number): string =>
      depth === 0 ? 'id' : `services { items { ofProvider { ${nested(depth - 1)} } } }`;
    expect(await ponder.query(`{ providers { items { ${nested(1)} } } }`)).toBeTypeOf('object');
    await expect(ponder.query(`{ providers { items { ${nested(8)} } } }`)).rejects.toThrow('refused');
    const aliases = Array.from({ length: 40 }, (_, index) => `a${index}: tips { items { id } }`);
    await expect(ponder.query(`{ ${aliases.join(' ')} }`)).rejects.toThrow('refused');
    const long = await fetch(ponder.graphqlUrl, {
      method: 'POST',
      body: `{"query":"{ ${' '.repeat(70_000)} }"}`,
    });
    expect(long.status).toBe(413);
  }
});

interface Head {
  readonly number: string;
  readonly hash: Hex;
  readonly indexedAt: string;
}

interface Reading {
  readonly head: Head;
  readonly events: number;
}

/** Reads as routers do; undefined when what was read may be of two branches. */
async function readOnce(ponder: Ponder): Promise<Reading | undefined> {
  const { tip: head } = await ponder.query<{ tip: Head }>('{ tip(id: "tip") { number hash indexedAt } }');
  const { registryEvents } = await ponder.query<{ registryEvents: { totalCount: number } }>(
    'query ($to: BigInt!) { registryEvents(where: { blockNumber_lte: $to }) { totalCount } }',
    { to: head.number },
  );
  const { block } = await ponder.query<{ block: Head | null }>(
    'query ($number: BigInt!) { block(number: $number) { number hash indexedAt } }',
    { number: head.number },
  );
  const isSame = block?.hash === head.hash && block.indexedAt === head.indexedAt;
  return isSame ? { head, events: registryEvents.totalCount } : undefined;
}

test('no reading tears, whatever branch comes and goes meanwhile', async () => {
  /** Of the registry's set, up to and with a block. */
  const events = new Map<Hex, number>();
  async function note(): Promise<void> {
    const truth = await readChain(chain.client, chain.deployment.registry);
    events.set(truth.set.block.hash, truth.events.length);
  }
  let over = false;
  const readings = indexers.map(async (ponder) => {
    const all: Reading[] = [];
    while (!over) {
      const reading = await readOnce(ponder);
      if (reading !== undefined) all.push(reading);
      await setImmediate();
    }
    return all;
  });
  try {
    for (let round = 0; round < 6; round++) {
      const before = await rpc('evm_snapshot');
      for (let step = 0; step < 3; step++) {
        await call(OTHER, 'setMetadata', `round ${round}, step ${step}`);
        await note();
      }
      await Promise.all(indexers.map((ponder) => ponder.caughtUp()));
      if (round % 2 === 1) await rpc('evm_revert', before);
    }
    await mine(12);
    await truth();
  } finally {
    over = true;
  }
  for (const all of await Promise.all(readings)) {
    const known = all.filter(({ head }) => events.has(head.hash));
    expect(known.length).toBeGreaterThan(0);
    for (const { head, ...reading } of known) expect(reading.events).toBe(events.get(head.hash));
  }
});
