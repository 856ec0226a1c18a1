/** A gateway that attests as well: real chains, real contracts, the gateway as its users run it. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type LocalAccount, toHex } from 'viem';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { unpackMeasurements } from '../router/chain/commitment.ts';
import type { GatewayConfigInput } from '../router/config/schema.ts';
import { createReportStore } from '../router/watcher/reportStore.ts';
import { devAccount } from '../scripts/devnet/devAccounts.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { type GatewayProcess, startGatewayProcess } from './fixtures/gatewayProcess.ts';
import { type Relay, startRelay } from './fixtures/relay.ts';
import { startWatcherWorld, type WatcherWorld } from './fixtures/watcherWorld.ts';

const WAIT = { timeout: 90_000, interval: 100 };
/** Who has joined, of the development accounts; and who has not. */
const [SINGLE, WORKERS, RESTARTED, STRANGER] = [15, 16, 17, 18] as const;

let world: WatcherWorld;
let node: Anvil;
let relays: Relay[] = [];
const gateways: GatewayProcess[] = [];

beforeAll(async () => {
  [world, node] = await Promise.all([
    startWatcherWorld({
      blockTime: 1,
      // A reveal may come late: a gateway starts anew within it.
      parameters: {
        ...{ epochSeconds: 6, commitSeconds: 6, revealSeconds: 60, evidenceSeconds: 60 },
        ...{ thawSeconds: 1_000, escrowThawSeconds: 1_000, courtChangeSeconds: 2_000 },
      },
      sla: {
        ...{ minAvailabilityBps: 5_000, maxP95LatencyMs: 20_000, maxP95BlockLag: 50 },
        ...{ maxMismatches: 0, minSamples: 3 },
      },
    }),
    startAnvil({ chainId: 1337, blockTime: 1 }),
  ]);
  relays = await Promise.all([1, 2, 3].map(() => startRelay(node.url)));
  await Promise.all([
    ...relays.map(({ url }, index) => world.enlistProvider(world.account(5 + index), url)),
    ...[SINGLE, WORKERS, RESTARTED].map((index) => world.enlistWatcher(world.account(index))),
  ]);
}, 120_000);

afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
});
afterAll(async () => {
  await Promise.all([node?.stop(), world?.stop(), ...relays.map((relay) => relay.stop())]);
});

const stateDir = (index: number) => join(world.dir, `watcher-${index}`);

async function start(index: number, more: GatewayConfigInput = {}): Promise<GatewayProcess> {
  const { chainId, registry } = world.deployment;
  // The first is of another chain.
  const rpc = [node.url, world.settlement.url];
  const gateway = await startGatewayProcess({
    settlement: { chainId, rpc, registry, pollIntervalMs: 200, checkpoint: false },
    watcher: {
      enabled: true,
      privateKey: devAccount(index).privateKey,
      stateDir: stateDir(index),
      probeIntervalMs: 400,
    },
    heads: { pollIntervalMs: 200 },
    development: { allowPrivateEndpoints: true },
    ...more,
  });
  gateways.push(gateway);
  return gateway;
}

/** Users who call all the time while `during` runs; whoever gets no answer is an error. */
async function withUsers<T>(gateway: GatewayProcess, during: () => Promise<T>): Promise<T> {
  let isOver = false;
  const user = async () => {
    while (!isOver) {
      expect(await gateway.call('eth_blockNumber')).toHaveProperty('result');
      await delay(20);
    }
  };
  const users = Promise.all([user(), user(), user(), user()]);
  const work = during().finally(() => {
    isOver = true;
  });
  const [result] = await Promise.all([work, users]);
  return result;
}

/** Why its watcher could not start, each time that it said so. */
function complaints(gateway: GatewayProcess): unknown[] {
  const said = gateway.log().filter(({ event }) => event === 'watcher_unable');
  return said.map(({ code }) => code);
}

function revealsOf({ address: watcher }: Pick<LocalAccount, 'address'>) {
  const { hub: address } = world.deployment;
  const filter = { address, abi: watcherHubAbi, fromBlock: 0n, strict: true } as const;
  return world.client.getContractEvents({ ...filter, eventName: 'Revealed', args: { watcher } });
}

describe.each([
  ['of one process', SINGLE, 1],
  ['with workers', WORKERS, 2],
] as const)('a gateway %s', (_, index, workers) => {
  test("commits and reveals what its probes and its users' calls showed", { timeout: 180_000 }, async () => {
    const gateway = await start(index, { workers });
    await gateway.ready();
    // The first epoch that had calls as well.
    const closed = await withUsers(gateway, () =>
      vi.waitUntil(
        () =>
          gateway
            .log()
            .find(
              ({ event, calls, services }) => event === 'epoch_closed' && Number(calls) > 0 && services === 3,
            ),
        WAIT,
      ),
    );
    const epoch = BigInt(Number(closed.epoch));
    const found = await vi.waitUntil(
      async () => (await revealsOf(world.account(index))).find(({ args }) => args.epoch === epoch),
      WAIT,
    );
    const records = unpackMeasurements(found.args.measurements);
    expect(records).toHaveLength(3);
    // More than there were probes: calls count too, though for no more than those.
    const samples = records.reduce((sum, record) => sum + record.samples, 0);
    expect(samples).toBeGreaterThan(Number(closed.samples));
    expect(samples).toBeLessThanOrEqual(2 * Number(closed.samples));
    for (const record of records) expect(record.successes).toBe(record.samples);
    expect(closed.breaches).toEqual([]);

    const watcherNow = async () => (await gateway.status()).watcher;
    await expect
      .poll(async () => (await watcherNow())?.revealed ?? -1, WAIT)
      .toBeGreaterThanOrEqual(Number(epoch));
    const now = await watcherNow();
    const { address } = world.account(index);
    expect(now).toMatchObject({ state: 'running', reason: null, address, gasEpochs: expect.any(Number) });
    expect(now?.committed).toBeGreaterThanOrEqual(now?.revealed ?? Number.NaN);
    expect(now?.epoch).toBeGreaterThan(now?.committed ?? Number.NaN);
    expect(await gateway.metrics()).toMatch(/^din_watcher_state\{state="running"\} 1$/m);
    expect((await gateway.status()).totals.failed).toBe(0);
  });
});

test('a gateway whose watcher cannot start serves, says why, and starts it once it can', {
  timeout: 180_000,
}, async () => {
  const gateway = await start(STRANGER);
  await gateway.ready();
  const reason = async () => {
    const { watcher } = await gateway.status();
    return [watcher?.state, watcher?.reason];
  };
  await expect.poll(reason, WAIT).toEqual(['waiting', 'NOT_A_WATCHER']);
  expect(await gateway.call('eth_chainId')).toMatchObject({ result: '0x539' });
  expect(complaints(gateway)).toContain('NOT_A_WATCHER');
  expect(await gateway.metrics()).toMatch(/^din_watcher_state\{state="waiting"\} 1$/m);

  await world.enlistWatcher(world.account(STRANGER));
  await expect.poll(reason, WAIT).toEqual(['running', null]);

  // Without gas it goes on to measure, and says what is missing.
  const { address } = world.account(STRANGER);
  const before = await world.client.getBalance({ address });
  const setBalance = (wei: bigint) =>
    world.client.request({ method: 'anvil_setBalance' as never, params: [address, toHex(wei)] as never });
  await setBalance(0n);
  await expect.poll(reason, WAIT).toEqual(['running', 'LOW_GAS_BALANCE']);
  expect(await gateway.call('eth_chainId')).toMatchObject({ result: '0x539' });
  await setBalance(before);
  await expect.poll(reason, WAIT).toEqual(['running', null]);

  // Another one with its key and state waits until the first is gone.
  const second = await start(STRANGER);
  await second.ready();
  const ofSecond = async () => (await second.status()).watcher?.reason;
  await expect.poll(ofSecond, WAIT).toBe('STATE_IN_USE');
  expect(await second.call('eth_chainId')).toMatchObject({ result: '0x539' });
  gateway.child.kill('SIGTERM');
  await gateway.ended;
  await expect.poll(ofSecond, WAIT).toBeNull();
  // Said once, however often it was tried.
  expect(complaints(second).filter((code) => code === 'STATE_IN_USE')).toHaveLength(1);
});

test('a gateway that is stopped leaves what it committed to on disk, and reveals it after the next start', {
  timeout: 180_000,
}, async () => {
  const { address: watcher } = world.account(RESTARTED);
  const first = await start(RESTARTED, { workers: 2 });
  const { epoch } = await first.logged('report_committed');
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  const events = first.log().map(({ event }) => event);
  expect(events.slice(events.indexOf('gateway_draining')).at(-1)).toBe('gateway_closed');
  expect(events).not.toContain('watcher_failed');

  const { chainId, hub } = world.deployment;
  const store = createReportStore(stateDir(RESTARTED), { chainId, hub, watcher });
  // On a slow machine its time may have come before the end.
  expect(store.get(Number(epoch))?.state).toMatch(/^(?:committed|revealed)$/);
  store.close();

  await start(RESTARTED);
  await expect
    .poll(async () => (await revealsOf({ address: watcher })).map(({ args }) => Number(args.epoch)), WAIT)
    .toContain(epoch);
});
