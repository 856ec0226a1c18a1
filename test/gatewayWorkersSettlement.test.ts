import type { LocalAccount } from 'viem';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RoutePage } from '../router/gateway/routePage.ts';
import { createFaultSwitch } from '../scripts/devnet/faultSwitch.ts';
import { type GatewayProcess, startGatewayProcess } from './fixtures/gatewayProcess.ts';
import { type GatewayWorld, startGatewayWorld } from './fixtures/gatewayWorld.ts';
import { SETTLEMENT_CHAIN_ID } from './fixtures/settlementChain.ts';

const WAIT = { timeout: 60_000, interval: 20 };
let world: GatewayWorld;
let gateway: GatewayProcess | undefined;

beforeAll(async () => {
  world = await startGatewayWorld();
});
afterAll(async () => {
  await gateway?.stop();
  await world.stop();
});

test('what the primary learns from the settlement chain reaches every worker, without a failed call', async () => {
  const rpc = [world.chain.anvil.url];
  const { registry } = world.chain.deployment;
  const made = await startGatewayProcess({
    workers: 2,
    settlement: {
      chainId: SETTLEMENT_CHAIN_ID,
      ...{ rpc, registry },
      pollIntervalMs: 100,
      checkpoint: false,
    },
    development: { allowPrivateEndpoints: true },
    heads: { pollIntervalMs: 100 },
  });
  gateway = made;
  await made.ready();
  const [paused] = world.providers as [LocalAccount, LocalAccount];
  const first = createFaultSwitch(world.endpoints[0]?.controlUrl ?? '');
  const asked = async () => (await first.stats()).calls.web3_clientVersion ?? 0;
  // Two connections at a time are one for each worker.
  const round = async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => made.call('web3_clientVersion')));
    for (const answer of answers) expect(answer).toHaveProperty('result');
  };
  await vi.waitUntil(async () => {
    await round();
    return (await asked()) > 0;
  }, WAIT);
  await world.turn(paused, 'pauseService');
  // The workers have it when rounds of calls no longer reach the provider.
  await vi.waitUntil(async () => {
    const before = await asked();
    for (let rounds = 0; rounds < 5; rounds += 1) await round();
    return (await asked()) === before;
  }, WAIT);
  expect((await made.status()).networks[0]?.services).toHaveLength(1);
  await world.turn(paused, 'resumeService');
  await vi.waitUntil(async () => {
    const before = await asked();
    await round();
    return (await asked()) > before;
  }, WAIT);
  // Stake alone lists nobody anew: weights follow it, in the workers there are and in those to come.
  const places: unknown[] = world.providers.map(({ address }) => address);
  const weights = async () => {
    const page = await fetch(`${made.url}/status/route?network=devnet&method=eth_call`);
    const { ranking } = (await page.json()) as Pick<RoutePage, 'ranking'>;
    // What remains of the slow start is in it, and all is rounded.
    return ranking
      .toSorted((a, b) => places.indexOf(a.provider) - places.indexOf(b.provider))
      .map(({ weight, slowStart }) => Math.round((10 * weight) / slowStart) / 10);
  };
  expect(await weights()).toEqual([1, 1]);
  await world.stake(paused, 3n);
  await expect.poll(weights, WAIT).toEqual([2, 1]);
  const { pid } = await made.logged('worker_serving');
  process.kill(Number(pid), 'SIGKILL');
  await made.logged('worker_serving', 3);
  expect(await weights()).toEqual([2, 1]);
  expect((await made.status()).totals.failed).toBe(0);
  expect(await made.metrics()).toContain('din_provider_set_services 2');
});
