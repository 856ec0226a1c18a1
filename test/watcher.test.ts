import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getAbiItem, type LocalAccount, toFunctionSelector } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningKeeper, startKeeper } from '../router/bin/keeper.ts';
import { startWatcher } from '../router/bin/watcher.ts';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { createReportStore } from '../router/watcher/reportStore.ts';
import { devAccount } from '../scripts/devnet/devAccounts.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { type Fate, type Relay, startRelay } from './fixtures/relay.ts';
import { NETWORK, STAKE, startWatcherWorld, type WatcherWorld } from './fixtures/watcherWorld.ts';

const PATIENCE = { timeout: 90_000, interval: 100 };
const PROBE_INTERVAL_MS = 250;

type Running = Awaited<ReturnType<typeof startWatcher>>;

let world: WatcherWorld;
let node: Anvil;
let relays: Relay[] = [];
let providers: LocalAccount[] = [];
let watchers: LocalAccount[] = [];
const running = new Map<LocalAccount, Running>();
/** One more after every case, that is no watcher. */
let keeper: RunningKeeper | undefined;
/** What the watchers logged. */
const log: { readonly watcher: LocalAccount; readonly event: string; readonly fields: object }[] = [];
/** Of the third watcher's way to the settlement chain. */
let settlementFate: Fate = 'pass';
let detour: Relay;

beforeAll(async () => {
  [world, node] = await Promise.all([
    startWatcherWorld({
      blockTime: 1,
      parameters: {
        epochSeconds: 4,
        commitSeconds: 5,
        revealSeconds: 5,
        vetoSeconds: 2,
        evidenceSeconds: 60,
      },
      sla: {
        minAvailabilityBps: 9_000,
        maxP95LatencyMs: 2_000,
        maxP95BlockLag: 10,
        maxMismatches: 0,
        minSamples: 3,
      },
    }),
    startAnvil({ chainId: 1337, blockTime: 1 }),
  ]);
  relays = await Promise.all([1, 2, 3].map(() => startRelay(node.url)));
  detour = await startRelay(world.settlement.url, () => settlementFate);
  providers = [5, 6, 7].map(world.account);
  watchers = [15, 16, 17].map(world.account);
  await Promise.all([
    ...providers.map((provider, index) => world.enlistProvider(provider, relays[index]!.url)),
    ...watchers.map((watcher) => world.enlistWatcher(watcher)),
  ]);
  await world.fundRewards(1_000n * 10n ** 18n);
  for (const watcher of watchers) running.set(watcher, await start(watcher));
}, 120_000);

afterAll(async () => {
  await Promise.all([...running.values(), keeper].map((one) => one?.stop()));
  await Promise.all([node?.stop(), world?.stop(), detour?.stop(), ...relays.map((relay) => relay.stop())]);
});

const stateDir = (watcher: LocalAccount) => join(world.dir, watcher.address);

function loggerOf(watcher: LocalAccount) {
  const note = (fields: object, event: string) => void log.push({ watcher, event, fields });
  return { debug: note, info: note, warn: note, error: note };
}

function start(watcher: LocalAccount): Promise<Running> {
  return startWatcher({
    rpcUrls: [watcher === watchers[2] ? detour.url : world.settlement.url],
    registry: world.deployment.registry,
    account: watcher,
    stateDir: stateDir(watcher),
    allowPrivateEndpoints: true,
    probeIntervalMs: PROBE_INTERVAL_MS,
    logger: loggerOf(watcher),
  });
}

function hubEvents<const Name extends 'Committed' | 'Revealed' | 'BreachAttested' | 'RewardClaimed'>(
  eventName: Name,
) {
  const { hub: address } = world.deployment;
  return world.client.getContractEvents({
    address,
    abi: watcherHubAbi,
    eventName,
    fromBlock: 0n,
    strict: true,
  });
}

function courtEvents<const Name extends 'CaseOpened' | 'CaseExecuted'>(eventName: Name) {
  const { court: address } = world.deployment;
  return world.client.getContractEvents({
    address,
    abi: slashingCourtAbi,
    eventName,
    fromBlock: 0n,
    strict: true,
  });
}

async function tokensOf(provider: LocalAccount, blockNumber?: bigint): Promise<bigint> {
  const account = await world.client.readContract({
    address: world.deployment.vault,
    abi: stakeVaultAbi,
    functionName: 'accountOf',
    args: [0, provider.address],
    ...(blockNumber === undefined ? {} : { blockNumber }),
  });
  return account.tokens;
}

async function revealed(watcher: LocalAccount, epoch: bigint): Promise<boolean> {
  const found = await hubEvents('Revealed');
  return found.some(({ args }) => args.watcher === watcher.address && args.epoch === epoch);
}

function reportOf(watcher: LocalAccount, epoch: bigint) {
  return world.client.readContract({
    address: world.deployment.hub,
    abi: watcherHubAbi,
    functionName: 'reportOf',
    args: [watcher.address, epoch],
  });
}

/** Newest epoch that the watcher has committed to; -1 before the first. */
async function lastCommitted(watcher: LocalAccount): Promise<bigint> {
  const found = await hubEvents('Committed');
  return found.findLast(({ args }) => args.watcher === watcher.address)?.args.epoch ?? -1n;
}

describe('three watchers and three providers', { timeout: 180_000 }, () => {
  test('every watcher commits and reveals what it measured, and nobody is accused', async () => {
    await expect.poll(async () => (await hubEvents('Revealed')).length, PATIENCE).toBeGreaterThanOrEqual(6);
    const found = await hubEvents('Revealed');
    expect(new Set(found.map(({ args }) => args.watcher)).size).toBe(3);
    // One record of 14 bytes for each provider.
    expect(found.at(-1)?.args.measurements).toHaveLength(2 + 2 * 14 * 3);
    expect(await hubEvents('BreachAttested')).toEqual([]);
  });

  test('every watcher is rewarded for reports that agree', async () => {
    await expect
      .poll(
        async () => new Set((await hubEvents('RewardClaimed')).map(({ args }) => args.watcher)).size,
        PATIENCE,
      )
      .toBe(3);
    expect(log.filter(({ event }) => event === 'reward_refused' || event === 'claim_failed')).toEqual([]);
  });

  test('an account that has not joined, and a second process on the same state, are refused by name', async () => {
    await expect(start(world.account(20))).rejects.toMatchObject({ code: 'NOT_A_WATCHER' });
    await expect(start(watchers[0]!)).rejects.toMatchObject({ code: 'STATE_IN_USE' });
  });

  test('a watcher stopped between its commit and its reveal reveals after a restart', async () => {
    const watcher = watchers[0]!;
    const before = await lastCommitted(watcher);
    await expect.poll(() => lastCommitted(watcher), PATIENCE).toBeGreaterThan(before);
    await running.get(watcher)?.stop();
    const epoch = await lastCommitted(watcher);
    expect(await revealed(watcher, epoch)).toBe(false);
    running.set(watcher, await start(watcher));
    await expect.poll(() => revealed(watcher, epoch), PATIENCE).toBe(true);
  });

  test('a watcher killed after it stored its report and before its commit commits and reveals that report', async () => {
    const watcher = watchers[1]!;
    await running.get(watcher)?.stop();
    running.delete(watcher);
    const reached = Promise.withResolvers<void>();
    const commit = toFunctionSelector(getAbiItem({ abi: watcherHubAbi, name: 'commit' })).slice(2);
    // Lets everything through but its commit, in which the watcher hangs.
    const trap = await startRelay(world.settlement.url, (body) => {
      const commits = body.includes('eth_sendRawTransaction') && body.includes(commit);
      if (commits) reached.resolve();
      return commits ? 'hold' : 'pass';
    });
    const child = spawn(process.execPath, ['--input-type=module', '--eval', childScript(trap.url, 16)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await reached.promise;
    child.kill('SIGKILL');
    await once(child, 'exit');
    await trap.stop();

    const { chainId, hub } = world.deployment;
    const store = createReportStore(stateDir(watcher), { chainId, hub, watcher: watcher.address });
    const waiting = store.pending(0).find(({ state }) => state === 'stored');
    const stored = waiting && store.get(waiting.epoch);
    store.close();
    expect(stored).toBeDefined();
    const epoch = BigInt(stored!.epoch);
    expect((await reportOf(watcher, epoch)).revealedChunks).toBe(0);

    running.set(watcher, await start(watcher));
    await expect.poll(() => revealed(watcher, epoch), PATIENCE).toBe(true);
    expect((await reportOf(watcher, epoch)).commitment).toBe(stored!.commitment);
  });

  test('a watcher whose settlement endpoint fails for a while goes on as soon as it is back', async () => {
    const watcher = watchers[2]!;
    const logged = (event: string) => log.filter((one) => one.watcher === watcher && one.event === event);
    settlementFate = 'drop';
    await expect.poll(() => logged('settlement_unreachable').length, PATIENCE).toBeGreaterThan(0);
    settlementFate = 'pass';
    const before = logged('report_revealed').length;
    const committed = await lastCommitted(watcher);
    await expect.poll(() => lastCommitted(watcher), PATIENCE).toBeGreaterThan(committed);
    await expect.poll(() => logged('report_revealed').length, PATIENCE).toBeGreaterThan(before);
  });

  test('a dead provider is attested by the quorum, slashed and jailed; the healthy ones have no case', async () => {
    const dead = providers[2]!;
    const account = world.account(20);
    keeper = await startKeeper({
      ...{ rpcUrls: [world.settlement.url], registry: world.deployment.registry },
      ...{ account, stateDir: stateDir(account), logger: loggerOf(account) },
    });
    await relays[2]!.stop();
    await expect.poll(async () => (await courtEvents('CaseExecuted')).length, PATIENCE).toBeGreaterThan(0);

    // All at one block: further cases may be executed meanwhile.
    const blockNumber = await world.client.getBlockNumber();
    const executed = (await courtEvents('CaseExecuted')).filter((log) => log.blockNumber <= blockNumber);
    const slashed = executed.reduce((sum, { args }) => sum + args.amount, 0n);
    expect(slashed).toBeGreaterThan(0n);
    expect(await tokensOf(dead, blockNumber)).toBe(STAKE - slashed);
    const now = Number((await world.client.getBlock()).timestamp);
    const provider = await world.client.readContract({
      address: world.deployment.registry,
      abi: providerRegistryAbi,
      functionName: 'providerOf',
      args: [dead.address],
    });
    expect(provider.jailedUntil).toBeGreaterThan(now);
    const active = await world.client.readContract({
      address: world.deployment.registry,
      abi: providerRegistryAbi,
      functionName: 'isActive',
      args: [dead.address, NETWORK],
    });
    expect(active).toBe(false);

    const opened = await courtEvents('CaseOpened');
    expect(new Set(opened.map(({ args }) => args.provider))).toEqual(new Set([dead.address]));
    expect(await tokensOf(providers[0]!)).toBe(STAKE);
    expect(await tokensOf(providers[1]!)).toBe(STAKE);
    const breaches = await hubEvents('BreachAttested');
    expect(new Set(breaches.map(({ args }) => args.provider))).toEqual(new Set([dead.address]));
    expect(new Set(breaches.map(({ args }) => args.watcher)).size).toBeGreaterThanOrEqual(2);
    expect(new Set(executed.map(({ args }) => args.caseId)).size).toBe(executed.length);
    // Three watchers and a keeper after the same case: losing the race is no error.
    expect(log.filter(({ event }) => event === 'keeper_failed' || event === 'watcher_failed')).toEqual([]);
  });
});

/** A process of its own that runs one watcher until it is killed. */
function childScript(rpcUrl: string, account: number): string {
  const module = fileURLToPath(new URL('../router/bin/watcher.ts', import.meta.url));
  const none = '() => undefined';
  return `
    import { privateKeyToAccount } from 'viem/accounts';
    import { startWatcher } from ${JSON.stringify(module)};
    const { done } = await startWatcher({
      rpcUrls: [${JSON.stringify(rpcUrl)}],
      registry: ${JSON.stringify(world.deployment.registry)},
      account: privateKeyToAccount(${JSON.stringify(devAccount(account).privateKey)}),
      stateDir: ${JSON.stringify(stateDir(watchers[1]!))},
      allowPrivateEndpoints: true,
      probeIntervalMs: ${PROBE_INTERVAL_MS},
      logger: { debug: ${none}, info: ${none}, warn: ${none}, error: ${none} },
    });
    await done;
  `;
}
