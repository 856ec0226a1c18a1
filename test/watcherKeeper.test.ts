import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { slashingCourtAbi } from '../router/chain/abi/slashingCourt.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { chunkHash, commitment, offenceValue } from '../router/chain/commitment.ts';
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

async function attestOutage(watcher: Transactor): Promise<void> {
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
  expect(storeA.cursor()).toBeDefined();
  const restarted = await keeperOf(15, storeA);
  await race(restarted, b);
  expect(await courtEvents('CaseExecuted')).toBe(1);

  await step(restarted);
  await step(b);
  await step(await keeperOf(17, openStore('late')));
  expect(await courtEvents('CaseExecuted')).toBe(1);
  expect(log.map(({ event }) => event).toSorted()).toEqual(['case_executed', 'case_opened']);
});
