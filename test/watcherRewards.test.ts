import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { type Contracts, discoverContracts } from '../router/chain/contracts.ts';
import { type EpochParams, windowsOf } from '../router/chain/epochClock.ts';
import { createTransactor, type Transactor } from '../router/chain/transact.ts';
import { type UnixSeconds, unixSeconds } from '../router/core/units.ts';
import { type NetworkKey, type Service, serviceKey } from '../router/registry/providerSet.ts';
import type { Accusation } from '../router/watcher/accuse.ts';
import { createAttester } from '../router/watcher/attest.ts';
import { createRewardClaims, type RewardClaims } from '../router/watcher/claimRewards.ts';
import { buildReport } from '../router/watcher/report.ts';
import { createReportStore, type ReportStore } from '../router/watcher/reportStore.ts';
import { chunkLimits } from '../router/watcher/revealGas.ts';
import { NETWORK, STAKE, startWatcherWorld, type WatcherWorld } from './fixtures/watcherWorld.ts';

const EPOCH_SECONDS = 10;
const WINDOW_SECONDS = 10_000;
const SALT = `0x${'5a'.repeat(32)}` as const;
const REWARD = 10n ** 18n;

interface Party {
  readonly transactor: Transactor;
  readonly store: ReportStore;
  readonly claims: RewardClaims;
  readonly log: { readonly event: string; readonly fields: object }[];
}

let world: WatcherWorld;
let contracts: Contracts;
let params: EpochParams;
let service: Service;
const parties: Party[] = [];

beforeAll(async () => {
  world = await startWatcherWorld({
    sla: {
      minAvailabilityBps: 9_000,
      maxP95LatencyMs: 500,
      maxP95BlockLag: 10,
      maxMismatches: 0,
      minSamples: 3,
    },
    // The test moves the chain's time itself: its own slowness must not matter.
    parameters: {
      epochSeconds: EPOCH_SECONDS,
      commitSeconds: WINDOW_SECONDS,
      revealSeconds: WINDOW_SECONDS,
      evidenceSeconds: WINDOW_SECONDS,
      thawSeconds: 10 * WINDOW_SECONDS,
      courtChangeSeconds: 20 * WINDOW_SECONDS,
      reward: REWARD,
    },
  });
  contracts = await discoverContracts(world.client, world.deployment.registry);
  params = await world.client.readContract({
    address: contracts.hub,
    abi: watcherHubAbi,
    functionName: 'epochParams',
  });
  const provider = world.account(5).address;
  await world.enlistProvider(world.account(5), 'https://provider.example');
  const network = NETWORK as NetworkKey;
  service = {
    ...{ key: serviceKey(provider, network), id: 1, provider, network, url: 'https://provider.example' },
    ...{ capabilities: 1, status: 'live', minStake: 0n },
  };
  for (const index of [15, 16, 17]) {
    await world.enlistWatcher(world.account(index));
    parties.push(party(index));
  }
}, 120_000);
afterAll(async () => {
  for (const { store } of parties) store.close();
  await world?.stop();
});

function party(index: number): Party {
  const { chainId, hub } = contracts;
  const account = world.account(index);
  const log: Party['log'] = [];
  const note = (fields: object, event: string) => void log.push({ event, fields });
  const transactor = createTransactor({ client: world.client, account });
  const store = createReportStore(join(world.dir, `watcher-${index}`), {
    chainId,
    hub,
    watcher: account.address,
  });
  const claims = createRewardClaims({
    ...{ client: world.client, transactor, contracts, params, store },
    log: { debug: note, info: note, warn: note, error: note },
  });
  return { transactor, store, claims, log };
}

async function passTime(seconds: number): Promise<void> {
  await world.client.request({ method: 'evm_increaseTime' as never, params: [seconds] as never });
  await world.client.request({ method: 'evm_mine' as never, params: [] as never });
}

async function now(): Promise<UnixSeconds> {
  return unixSeconds((await world.client.getBlock()).timestamp);
}

/** Every party reports on an epoch, the honest ones the outage that there was; their reveals are in. */
async function reportAll(honest: readonly Party[], silent: readonly Party[]): Promise<number> {
  const { chainId, hub } = contracts;
  const epoch = Math.floor(((await now()) - params.genesis) / EPOCH_SECONDS) + 1;
  await passTime(3 * EPOCH_SECONDS);
  const figures = { samples: 20, successes: 0, p95LatencyMs: 0, p95BlockLag: 0, mismatches: 0 };
  const outage: Accusation = { service, figures, offence: 'outage' };
  for (const [all, accusations] of [
    [honest, [outage]],
    [silent, []],
  ] as const) {
    for (const { store, transactor } of all) {
      const author = { chainId, hub, watcher: transactor.account.address };
      store.save(
        buildReport(author, epoch, [{ service, figures }], accusations, SALT, chunkLimits(30_000_000n)),
      );
    }
  }
  const note = () => undefined;
  const log = { debug: note, info: note, warn: note, error: note };
  for (const _ of ['commit', 'reveal']) {
    for (const { store, transactor } of [...honest, ...silent]) {
      const attester = createAttester({ client: world.client, transactor, hub, params, store, log });
      attester.step(await now());
      await attester.idle();
    }
    await passTime(WINDOW_SECONDS);
  }
  return epoch;
}

async function bondOf({ transactor }: Party): Promise<bigint> {
  const account = await world.client.readContract({
    address: contracts.vault,
    abi: stakeVaultAbi,
    functionName: 'accountOf',
    args: [1, transactor.account.address],
  });
  return account.tokens;
}

const nonceOf = ({ transactor }: Party) =>
  world.client.getTransactionCount({ address: transactor.account.address });
const events = ({ log }: Party) => log.map(({ event }) => event);

test('honest watchers fetch their reward once, a dissenting one is refused once, an empty pool is waited for', {
  timeout: 60_000,
}, async () => {
  const [first, second, dissenting] = parties as [Party, Party, Party];
  const epoch = await reportAll([first, second], [dissenting]);

  // Nobody has filled the pool: said once, and no transaction is tried.
  const before = await nonceOf(first);
  await first.claims.step(await now());
  await passTime(EPOCH_SECONDS);
  await first.claims.step(await now());
  expect(events(first)).toEqual(['rewards_unpaid']);
  expect(await nonceOf(first)).toBe(before);

  await world.fundRewards(100n * REWARD);
  await first.claims.step(await now());
  expect(await bondOf(first)).toBe(STAKE);
  await passTime(EPOCH_SECONDS);
  await first.claims.step(await now());
  expect(await bondOf(first)).toBe(STAKE + REWARD);
  expect(first.log.at(-1)).toEqual({ event: 'reward_claimed', fields: { epoch } });

  // A stranger was quicker: the watcher sees that it is paid and spends nothing.
  await createTransactor({ client: world.client, account: world.account(20) }).simulateAndSend({
    address: contracts.hub,
    abi: watcherHubAbi,
    functionName: 'claimReward',
    args: [second.transactor.account.address, BigInt(epoch)],
  });
  const spent = await nonceOf(second);
  await second.claims.step(await now());
  expect(await bondOf(second)).toBe(STAKE + REWARD);
  expect(await nonceOf(second)).toBe(spent);

  const unpaid = await nonceOf(dissenting);
  await dissenting.claims.step(await now());
  expect(dissenting.log).toEqual([{ event: 'reward_refused', fields: { epoch, refusal: 'ReportDissents' } }]);
  expect(await bondOf(dissenting)).toBe(STAKE);

  // All is settled, for a restarted process too.
  for (const one of parties) {
    await passTime(EPOCH_SECONDS);
    await one.claims.step(await now());
    expect(one.store.unpaid()).toEqual([]);
  }
  expect(events(first)).toEqual(['rewards_unpaid', 'reward_claimed']);
  expect(events(dissenting)).toEqual(['reward_refused']);
  expect(await nonceOf(dissenting)).toBe(unpaid);
});

test('no claim is tried before the reveal window is over', async () => {
  const [first, second, third] = parties as [Party, Party, Party];
  const epoch = await reportAll([], [first, second, third]);
  const { revealEnd } = windowsOf(params, epoch);
  const before = await nonceOf(first);
  await first.claims.step((revealEnd - 1) as UnixSeconds);
  expect(await nonceOf(first)).toBe(before);
  expect(first.store.unpaid()).toEqual([epoch]);
  await first.claims.step(await now());
  expect(first.store.unpaid()).toEqual([]);
  expect(await bondOf(first)).toBe(STAKE + 2n * REWARD);
});
