import { join } from 'node:path';
import type { Hex, LocalAccount } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWatcher } from '../router/bin/watcher.ts';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../router/chain/abi/slashingCourt.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { unpackMeasurements } from '../router/chain/commitment.ts';
import { createTransactor } from '../router/chain/transact.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { type Relay, startRelay } from './fixtures/relay.ts';
import { NETWORK, startWatcherWorld, type WatcherWorld } from './fixtures/watcherWorld.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };
/** Each span, in the chain's time, which stands still but when the test moves it. */
const SECONDS = 10;

let world: WatcherWorld;
let served: Anvil;
let services: Service[] = [];
/** The whole quorum: whatever it alleges becomes a case at once. */
let watcher: LocalAccount;
let running: Awaited<ReturnType<typeof startWatcher>>;
let genesis: number;
const log: { readonly event: string; readonly epoch: number | undefined }[] = [];

interface Service {
  readonly provider: LocalAccount;
  readonly relay: Relay;
  probes: number;
  isDown: boolean;
}

const rpc = (method: string, ...params: unknown[]) =>
  world.client.request<{ Parameters: unknown[]; ReturnType: unknown }>({ method, params });
const mine = async (blocks = 1) => {
  for (let block = 0; block < blocks; block += 1) await rpc('evm_mine');
};

async function startService(index: number): Promise<Service> {
  const service = { provider: world.account(5 + index), probes: 0, isDown: false };
  const relay = await startRelay(served.url, () => {
    service.probes += 1;
    return service.isDown ? 'drop' : 'pass';
  });
  return Object.assign(service, { relay });
}

beforeAll(async () => {
  [world, served] = await Promise.all([
    startWatcherWorld({
      parameters: {
        ...{ epochSeconds: SECONDS, commitSeconds: SECONDS, revealSeconds: SECONDS },
        ...{ evidenceSeconds: 600, vetoSeconds: 600, appealSeconds: 600 },
        ...{ thawSeconds: 6_000, courtChangeSeconds: 12_000, escrowThawSeconds: 12_000 },
      },
      sla: {
        ...{ minAvailabilityBps: 9_000, maxP95LatencyMs: 30_000, maxP95BlockLag: 1_000 },
        ...{ maxMismatches: 0, minSamples: 3 },
      },
    }),
    startAnvil({ chainId: 1337 }),
  ]);
  watcher = world.account(15);
  services = await Promise.all([0, 1, 2, 3, 4].map(startService));
  // In this order, so that the services' numbers are known.
  for (const { provider, relay } of services.slice(0, 3)) await world.enlistProvider(provider, relay.url);
  await world.enlistWatcher(watcher);
  const params = await world.client.readContract({
    ...{ address: world.deployment.hub, abi: watcherHubAbi, functionName: 'epochParams' },
  });
  genesis = params.genesis;
  await rpc('evm_setAutomine', false);
  await rpc('anvil_setBlockTimestampInterval', 0);
  const note = (fields: object, event: string) =>
    void log.push({ event, epoch: (fields as { epoch?: number }).epoch });
  await jumpTo((await epochNow()) + 1);
  running = await startWatcher({
    ...{ rpcUrls: [world.settlement.url], registry: world.deployment.registry, account: watcher },
    ...{ stateDir: join(world.dir, 'watcher'), allowPrivateEndpoints: true, probeIntervalMs: 200 },
    logger: { debug: () => undefined, info: note, warn: note, error: note },
  });
}, 120_000);

afterAll(async () => {
  await running?.stop();
  await Promise.all(services.map(({ relay }) => relay.stop()));
  await Promise.all([world?.stop(), served?.stop()]);
});

const logged = (event: string, epoch: number) =>
  log.filter((one) => one.event === event && one.epoch === epoch).length;

async function epochNow(): Promise<number> {
  return Math.floor((Number((await world.client.getBlock()).timestamp) - genesis) / SECONDS);
}

/** Into an epoch: by default far enough that the report about the last one is made. */
async function jumpTo(epoch: number, seconds = 1): Promise<void> {
  await rpc('evm_setNextBlockTimestamp', genesis + epoch * SECONDS + seconds);
  await mine();
}

/** Mines what waits in the pool, until something is so. */
async function mineUntil(isSo: () => boolean | Promise<boolean>): Promise<void> {
  await expect
    .poll(async () => {
      const { pending } = (await rpc('txpool_status')) as { pending: Hex };
      if (pending !== '0x0') await mine();
      return await isSo();
    }, PATIENCE)
    .toBe(true);
}

async function mineUntilDone(work: Promise<unknown>): Promise<void> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  await mineUntil(() => isDone);
  await done;
}

/** Waits until all these were asked some more. */
async function measure(...measured: readonly Service[]): Promise<void> {
  const before = measured.map(({ probes }) => probes);
  const isMeasured = () => measured.every(({ probes }, index) => probes > (before[index] ?? 0) + 5);
  await expect.poll(isMeasured, PATIENCE).toBe(true);
}

/** How many of the watcher's transactions wait in the pool. */
async function waiting(): Promise<number> {
  const { pending } = (await rpc('txpool_content')) as { pending: Record<string, object> };
  const of = Object.entries(pending).find(([from]) => from.toLowerCase() === watcher.address.toLowerCase());
  return Object.keys(of?.[1] ?? {}).length;
}

/** Mines what waits and takes its block away again, once the watcher has heard of it. */
async function mineAndTakeAway(event: string, epoch: number): Promise<void> {
  await expect.poll(waiting, PATIENCE).toBeGreaterThan(0);
  const before = logged(event, epoch);
  const fork = await rpc('evm_snapshot');
  await mine();
  await expect.poll(() => logged(event, epoch), PATIENCE).toBe(before + 1);
  await rpc('evm_revert', fork);
  await mine(3);
}

function hubEvents<const Name extends 'Committed' | 'Revealed' | 'BreachAttested'>(eventName: Name) {
  const { hub: address } = world.deployment;
  const filter = { address, abi: watcherHubAbi, eventName, fromBlock: 0n, strict: true } as const;
  return world.client.getContractEvents<typeof watcherHubAbi, Name, true>(filter);
}

/** What was revealed about an epoch, in one piece. */
async function record(epoch: number) {
  const found = (await hubEvents('Revealed')).filter(({ args }) => Number(args.epoch) === epoch);
  expect(found).toHaveLength(1);
  return unpackMeasurements(found[0]!.args.measurements);
}

async function accused(): Promise<number> {
  const cases = await world.client.getContractEvents({
    ...{ address: world.deployment.court, abi: slashingCourtAbi, eventName: 'CaseOpened', fromBlock: 0n },
  });
  return cases.length + (await hubEvents('BreachAttested')).length;
}

async function pause(provider: LocalAccount): Promise<void> {
  await createTransactor({ client: world.client, account: provider }).simulateAndSend({
    ...{ address: world.deployment.registry, abi: providerRegistryAbi, functionName: 'pauseService' },
    args: [NETWORK],
  });
}

test('a commit and a reveal that a reorg took away are sent again, and count once', {
  timeout: 120_000,
}, async () => {
  const epoch = await epochNow();
  await measure(...services.slice(0, 3));
  await jumpTo(epoch + 1);
  await mineAndTakeAway('report_committed', epoch);
  await mineUntil(() => logged('report_committed', epoch) === 2);
  expect(logged('commit_lost', epoch)).toBe(1);
  await jumpTo(epoch + 2);
  await mineAndTakeAway('report_revealed', epoch);
  await mineUntil(() => logged('report_revealed', epoch) === 2);
  expect(logged('reveal_lost', epoch)).toBe(1);
  expect((await record(epoch)).map(({ serviceId }) => serviceId)).toEqual([1, 2, 3]);
  expect((await hubEvents('Committed')).filter(({ args }) => Number(args.epoch) === epoch)).toHaveLength(1);
});

test('a reorg over the end of an epoch accuses nobody, and loses no report', {
  timeout: 120_000,
}, async () => {
  const [one, two, paused, gone, later] = services as [Service, Service, Service, Service, Service];
  await jumpTo((await epochNow()) + 1);
  const epoch = await epochNow();
  await measure(one, two, paused);

  // One provider joins and has no node yet, another pauses its service and shuts its node down; the epoch ends.
  const fork = await rpc('evm_snapshot');
  gone.isDown = true;
  await mineUntilDone(world.enlistProvider(gone.provider, gone.relay.url));
  await measure(gone);
  await mineUntilDone(pause(paused.provider));
  paused.isDown = true;
  await jumpTo(epoch + 1, 0);
  await measure(one, two);

  // All of it never was, and comes again otherwise: with another provider in the first one's place.
  await rpc('evm_revert', fork);
  await mine(20);
  await mineUntilDone(world.enlistProvider(later.provider, later.relay.url));
  await measure(paused);
  await mineUntilDone(pause(paused.provider));
  await measure(later);
  await jumpTo(epoch + 1);
  await mineUntil(() => logged('report_committed', epoch) > 0);
  await measure(one, two, later);
  await jumpTo(epoch + 2);
  await mineUntil(() => logged('report_revealed', epoch) > 0 && logged('report_committed', epoch + 1) > 0);
  await jumpTo(epoch + 3);
  await mineUntil(() => logged('report_revealed', epoch + 1) > 0);

  expect(await accused()).toBe(0);
  for (const { serviceId, successes, samples } of await record(epoch)) {
    if (serviceId !== 3) expect(successes).toBe(samples);
  }
  expect((await record(epoch + 1)).map(({ serviceId }) => serviceId)).toEqual([1, 2, 4]);
  expect(log.filter(({ event }) => /failed|missed|refused/.test(event))).toEqual([]);
});

test('a reorg deeper than that may cost a report, and accuses nobody either', {
  timeout: 120_000,
}, async () => {
  const [one, two, , gone] = services as [Service, Service, Service, Service];
  await jumpTo((await epochNow()) + 1);
  const epoch = await epochNow();
  const fork = await rpc('evm_snapshot');
  await mineUntilDone(world.enlistProvider(gone.provider, gone.relay.url));
  await measure(one, two, gone);
  await jumpTo(epoch + 1);
  await mineUntil(() => logged('report_committed', epoch) > 0);
  await rpc('evm_revert', fork);
  await mine(40);
  await jumpTo(epoch + 1);
  await mineUntil(() => logged('report_committed', epoch) > 1);
  await measure(one, two);
  await jumpTo(epoch + 2);
  await mineUntil(() => logged('report_refused', epoch) > 0 && logged('report_committed', epoch + 1) > 0);
  await jumpTo(epoch + 3);
  await mineUntil(() => logged('report_revealed', epoch + 1) > 0);
  expect(await accused()).toBe(0);
});
