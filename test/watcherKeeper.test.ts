import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { slashingCourtAbi } from '../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { type CaseKey, chunkHash, commitment, offenceValue } from '../router/chain/commitment.ts';
import { type Contracts, discoverContracts } from '../router/chain/contracts.ts';
import { createTransactor, type Transactor } from '../router/chain/transact.ts';
import { systemClock } from '../router/core/clock.ts';
import { unixSeconds } from '../router/core/units.ts';
import { createKeeper, type Keeper } from '../router/watcher/cases.ts';
import { createReportStore, type ReportStore } from '../router/watcher/reportStore.ts';
import { NETWORK, startWatcherWorld, type WatcherWorld } from './fixtures/watcherWorld.ts';

const SALT = `0x${'5a'.repeat(32)}` as const;
const WINDOW_SECONDS = 10_000;
const VETO_SECONDS = 600;
const APPEAL_SECONDS = 800;
const PAUSE_SECONDS = 5_000;

let world: WatcherWorld;
let contracts: Contracts;
const stores: ReportStore[] = [];
const log: { event: string; fields: object }[] = [];

beforeAll(async () => {
  world = await startWatcherWorld({
    sla: {
      minAvailabilityBps: 9_000,
      maxP95LatencyMs: 500,
      maxP95BlockLag: 10,
      maxMismatches: 0,
      minSamples: 3,
    },
    parameters: {
      epochSeconds: 10,
      commitSeconds: WINDOW_SECONDS,
      revealSeconds: WINDOW_SECONDS,
      evidenceSeconds: WINDOW_SECONDS,
      vetoSeconds: VETO_SECONDS,
      appealSeconds: APPEAL_SECONDS,
      pauseSeconds: PAUSE_SECONDS,
      escrowThawSeconds: 10 * WINDOW_SECONDS,
      thawSeconds: 10 * WINDOW_SECONDS,
      courtChangeSeconds: 20 * WINDOW_SECONDS,
    },
  });
  contracts = await discoverContracts(world.client, world.deployment.registry);
  await world.enlistProvider(world.account(5), 'https://provider.example');
  await world.enlistWatcher(world.account(15));
}, 120_000);
afterAll(async () => {
  for (const store of stores) store.close();
  await world?.stop();
});

async function anvil(method: string, ...params: unknown[]): Promise<unknown> {
  return await world.client.request({ method: method as never, params: params as never });
}

async function passTime(seconds: number): Promise<void> {
  await anvil('evm_increaseTime', seconds);
  await anvil('evm_mine');
}

function openStore(name: string): ReportStore {
  const { chainId, hub } = contracts;
  const store = createReportStore(join(world.dir, name), {
    chainId,
    hub,
    watcher: world.account(15).address,
  });
  stores.push(store);
  return store;
}

async function keeperOf(index: number, store: ReportStore): Promise<Keeper> {
  const note = (fields: object, event: string) => void log.push({ event, fields });
  return createKeeper({
    client: world.client,
    transactor: createTransactor({ client: world.client, account: world.account(index) }),
    contracts,
    params: await world.client.readContract({
      address: contracts.hub,
      abi: watcherHubAbi,
      functionName: 'epochParams',
    }),
    evidenceSeconds: WINDOW_SECONDS,
    store,
    clock: systemClock,
    // Its turn is at once.
    random: () => 0,
    log: { debug: note, info: note, warn: note, error: note },
  });
}

async function step(keeper: Keeper): Promise<void> {
  const { number, timestamp } = await world.client.getBlock();
  await keeper.step({ number, timestamp: unixSeconds(timestamp) });
}

/** Has both act on the same block, so that both transactions are under way before either is mined. */
async function race(first: Keeper, second: Keeper): Promise<void> {
  await anvil('evm_setAutomine', false);
  const steps = Promise.all([step(first), step(second)]);
  await expect
    .poll(async () => Number(((await anvil('txpool_status')) as { pending: string }).pending), {
      timeout: 20_000,
    })
    .toBe(2);
  await anvil('evm_mine');
  await steps;
  await anvil('evm_setAutomine', true);
}

/** The outage that the watcher has attested, of an epoch that nobody spoke of before. */
async function attestOutage(watcher: Transactor): Promise<CaseKey> {
  const { chainId, hub } = contracts;
  const contract = { address: hub, abi: watcherHubAbi } as const;
  const epoch = (await world.client.readContract({ ...contract, functionName: 'currentEpoch' })) + 1n;
  await passTime(30);
  const figures = { samples: 20, successes: 0, p95LatencyMs: 0, p95BlockLag: 0, mismatches: 0 };
  const breach = {
    provider: world.account(5).address,
    network: NETWORK,
    offence: offenceValue('outage'),
    ...figures,
  };
  const chunkHashes = [chunkHash({ measurements: '0x', breaches: [breach] })];
  const parts = { chainId, hub, watcher: watcher.account.address, epoch, salt: SALT, chunkHashes };
  await watcher.simulateAndSend({ ...contract, functionName: 'commit', args: [epoch, commitment(parts)] });
  await passTime(WINDOW_SECONDS);
  await watcher.simulateAndSend({
    ...contract,
    functionName: 'reveal',
    args: [epoch, SALT, chunkHashes, '0x', [breach]],
  });
  return { epoch, provider: breach.provider, network: NETWORK, offence: breach.offence };
}

async function courtEvents(eventName: 'CaseOpened' | 'CaseExecuted'): Promise<number> {
  const { court: address } = contracts;
  const found = await world.client.getContractEvents({
    address,
    abi: slashingCourtAbi,
    eventName,
    fromBlock: 0n,
  });
  return found.length;
}

test('two keepers after the same case, one restarted in between: opened once, executed once, no error', {
  timeout: 60_000,
}, async () => {
  await attestOutage(createTransactor({ client: world.client, account: world.account(15) }));
  const [storeA, storeB] = [openStore('a'), openStore('b')];
  const [a, b] = [await keeperOf(15, storeA), await keeperOf(16, storeB)];

  await race(a, b);
  expect(await courtEvents('CaseOpened')).toBe(1);
  await step(a);
  await step(b);
  expect(await courtEvents('CaseExecuted')).toBe(0);

  await passTime(VETO_SECONDS);
  // The restarted one finds the open case from where the stored cursor stands.
  expect(storeA.cursor(contracts.court)).toBeDefined();
  const restarted = await keeperOf(15, storeA);
  await race(restarted, b);
  expect(await courtEvents('CaseExecuted')).toBe(1);

  await step(restarted);
  await step(b);
  await step(await keeperOf(17, openStore('late')));
  expect(await courtEvents('CaseExecuted')).toBe(1);
  expect(log.map(({ event }) => event).toSorted()).toEqual(['case_executed', 'case_opened']);
});

const as = (index: number) => createTransactor({ client: world.client, account: world.account(index) });
const PROVIDER = 5;
const GOVERNOR = 0;
const GUARDIAN = 1;

test('an appealed case is left alone until its decision is due, and a pause of the vault is waited out', {
  timeout: 60_000,
}, async () => {
  log.length = 0;
  const court = { address: contracts.court, abi: slashingCourtAbi } as const;
  const executed = await courtEvents('CaseExecuted');
  const keeper = await keeperOf(15, openStore('appeal'));
  const key = await attestOutage(as(15));
  await step(keeper);
  await as(PROVIDER).simulateAndSend({ ...court, functionName: 'appeal', args: [key] });
  await passTime(VETO_SECONDS);
  await step(keeper);
  expect(await courtEvents('CaseExecuted')).toBe(executed);

  await as(GUARDIAN).simulateAndSend({
    address: contracts.vault,
    abi: stakeVaultAbi,
    functionName: 'pause',
  });
  await passTime(APPEAL_SECONDS);
  const nonce = await world.client.getTransactionCount({ address: world.account(15).address });
  for (let look = 0; look < 3; look++) await step(keeper);
  expect(await courtEvents('CaseExecuted')).toBe(executed);
  expect(await world.client.getTransactionCount({ address: world.account(15).address })).toBe(nonce);
  await passTime(PAUSE_SECONDS);
  await step(keeper);
  expect(await courtEvents('CaseExecuted')).toBe(executed + 1);
  expect(log.map(({ event }) => event)).toEqual(['case_opened', 'execution_paused', 'case_executed']);
});

test('a case whose appeal was upheld is dropped', { timeout: 60_000 }, async () => {
  log.length = 0;
  const court = { address: contracts.court, abi: slashingCourtAbi } as const;
  const executed = await courtEvents('CaseExecuted');
  const keeper = await keeperOf(15, openStore('overturned'));
  const key = await attestOutage(as(15));
  await step(keeper);
  await as(PROVIDER).simulateAndSend({ ...court, functionName: 'appeal', args: [key] });
  await as(GOVERNOR).simulateAndSend({ ...court, functionName: 'resolveAppeal', args: [key, true] });
  await passTime(VETO_SECONDS + APPEAL_SECONDS);
  for (let look = 0; look < 3; look++) await step(keeper);
  expect(await courtEvents('CaseExecuted')).toBe(executed);
  expect(log.map(({ event }) => event)).toEqual(['case_opened']);
});
