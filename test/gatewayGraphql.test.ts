import type { LocalAccount } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './fixtures/gatewayClient.ts';
import { type GatewayWorld, startGatewayWorld } from './fixtures/gatewayWorld.ts';
import { type Ponder, startPonder } from './fixtures/ponder.ts';
import { SETTLEMENT_CHAIN_ID } from './fixtures/settlementChain.ts';

const PATIENCE = { timeout: 60_000 };

let world: GatewayWorld;
let indexer: Ponder;
let made: TestGateway;

beforeAll(async () => {
  world = await startGatewayWorld();
  const { url } = world.chain.anvil;
  const { registry } = world.chain.deployment;
  indexer = await startPonder({ rpcUrl: url, registry, database: { kind: 'pglite' } });
  made = await startTestGateway({
    settlement: {
      ...{ chainId: SETTLEMENT_CHAIN_ID, rpc: [url], registry, pollIntervalMs: 100 },
      ...{ source: 'graphql', graphqlUrl: indexer.graphqlUrl },
    },
    development: { allowPrivateEndpoints: true },
    heads: { pollIntervalMs: 100 },
  });
}, 120_000);
afterAll(async () => {
  await made?.close();
  await indexer?.stop();
  await world?.stop();
});

const settlement = async () => (await made.status()).settlement;
const providers = async () => (await made.status()).networks[0]?.services.map(({ provider }) => provider);
const source = async (via: string) =>
  (await (await fetch(`${made.url}/metrics`)).text()).includes(`din_provider_set_source{via="${via}"} 1`);

test('goes on over the chain when the indexer dies, and says so', { timeout: 120_000 }, async () => {
  const [paused, other] = world.providers as [LocalAccount, LocalAccount];
  await made.ready();
  await expect.poll(settlement, PATIENCE).toMatchObject({ source: 'graphql', via: 'graphql', state: 'live' });
  expect(await source('graphql')).toBe(true);
  await world.turn(paused, 'pauseService');
  await expect.poll(providers, PATIENCE).toEqual([other.address]);
  expect(await settlement()).toMatchObject({ via: 'graphql' });
  expect(await made.call('devnet', 'eth_chainId')).toMatchObject({ result: '0x539' });

  await indexer.stop();
  await world.turn(paused, 'resumeService');
  await expect.poll(async () => (await providers())?.length, PATIENCE).toBe(2);
  await expect.poll(settlement, PATIENCE).toMatchObject({
    source: 'graphql',
    via: 'chain',
    state: 'live',
    endpoints: [{ name: 'rpc[0]', state: 'ok' }],
  });
  expect(await source('chain')).toBe(true);
  expect((await made.readyz()).set).toMatchObject({ via: 'chain' });
});
