import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { GatewayConfigInput } from '../router/config/schema.ts';
import { startTestGateway, type TestGateway } from './fixtures/gatewayClient.ts';
import { type GatewayWorld, startGatewayWorld } from './fixtures/gatewayWorld.ts';
import { type Relay, startRelay } from './fixtures/relay.ts';
import { SETTLEMENT_CHAIN_ID } from './fixtures/settlementChain.ts';

const PATIENCE = { timeout: 30_000 };

let world: GatewayWorld;
let directory: string;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  world = await startGatewayWorld();
  directory = await mkdtemp(join(tmpdir(), 'din-settlement-'));
  // Enough for the chain to call what happened so far final.
  await world.chain.rpc('anvil_mine', '0x80');
});
afterAll(async () => {
  await world.stop();
  await rm(directory, { recursive: true });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Settlement = NonNullable<GatewayConfigInput['settlement']>;

async function gateway(settlement: Partial<Settlement>): Promise<TestGateway> {
  const { registry } = world.chain.deployment;
  const made = await startTestGateway({
    settlement: {
      ...{ chainId: SETTLEMENT_CHAIN_ID, rpc: [world.chain.anvil.url], registry, pollIntervalMs: 100 },
      ...settlement,
    },
    development: { allowPrivateEndpoints: true },
    heads: { pollIntervalMs: 100 },
  });
  cleanups.push(() => made.close());
  return made;
}

async function relay(): Promise<Relay> {
  const made = await startRelay(world.chain.anvil.url);
  cleanups.push(() => made.stop());
  return made;
}

const settlementOf = async (of: TestGateway) => (await of.status()).settlement;
const states = async (of: TestGateway) => (await settlementOf(of))?.endpoints.map(({ state }) => state);
const providers = async (of: TestGateway) => (await of.status()).networks[0]?.services.length;
const serves = async (of: TestGateway) =>
  expect(await of.call('devnet', 'eth_chainId')).toMatchObject({ result: '0x539' });
const metric = async (of: TestGateway, series: string) => {
  const text = await (await fetch(`${of.url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

test('while the set is loading, operators and the log see how far it is', async () => {
  let ranges = 0;
  let isCut = true;
  // Breaks off in the middle, until it is healed.
  const first = await startRelay(world.chain.anvil.url, (body) => {
    if (!body.includes('eth_getLogs') || !isCut) return 'pass';
    ranges += 1;
    return ranges > 3 ? 'drop' : 'pass';
  });
  cleanups.push(() => first.stop());
  const made = await gateway({ rpc: [first.url], maxRange: 10 });
  const reasons = async () => (await made.readyz()).reasons.join();
  await expect
    .poll(reasons, PATIENCE)
    .toMatch(/provider set not loaded: [1-9]\d? % of the settlement blocks read/);
  const backfill = { percent: expect.any(Number), events: expect.any(Number), block: expect.any(Number) };
  expect(await settlementOf(made)).toMatchObject({ state: 'starting', block: null, backfill });
  const ratio = await metric(made, 'din_settlement_backfill_ratio');
  expect(ratio).toBeGreaterThan(0);
  expect(ratio).toBeLessThan(1);
  expect(await metric(made, 'din_settlement_backfill_remaining_blocks')).toBeGreaterThan(0);
  await expect.poll(() => made.log.join(), PATIENCE).toContain('"provider_set_loading"');

  isCut = false;
  await made.ready();
  expect((await settlementOf(made))?.backfill).toBeNull();
  expect(await metric(made, 'din_settlement_backfill_ratio')).toBe(1);
  expect(await metric(made, 'din_settlement_backfill_remaining_blocks')).toBeUndefined();
});

test('an endpoint that dies is replaced by the next one, and the routing does not notice', async () => {
  const first = await relay();
  const made = await gateway({ rpc: [`${first.url}/secret-key`, world.chain.anvil.url] });
  await made.ready();
  expect((await settlementOf(made))?.endpoints[0]).toMatchObject({ name: 'rpc[0]', state: 'ok' });
  const changes = () => made.log.filter((line) => line.includes('"services_changed"')).length;
  const before = changes();

  await first.stop();
  await expect.poll(() => states(made), PATIENCE).toEqual(['down', 'ok']);
  await world.chain.rpc('evm_mine');
  const head = Number(await world.chain.client.getBlockNumber());
  await expect
    .poll(() => settlementOf(made), PATIENCE)
    .toMatchObject({ block: head, state: 'live', via: 'chain', source: 'chain' });
  expect(changes()).toBe(before);
  await serves(made);

  const [left] = (await settlementOf(made))?.endpoints ?? [];
  expect(left?.lastError).toEqual(expect.any(String));
  expect(left?.lastError).not.toContain('secret-key');
  expect(await metric(made, 'din_settlement_endpoint_up{endpoint="rpc[0]"}')).toBe(0);
  expect(await metric(made, 'din_settlement_endpoint_up{endpoint="rpc[1]"}')).toBe(1);
  expect(await metric(made, 'din_settlement_endpoint_state{endpoint="rpc[0]",state="down"}')).toBe(1);
  expect(await metric(made, 'din_settlement_endpoint_head_block{endpoint="rpc[1]"}')).toBe(head);
  expect(await metric(made, 'din_provider_set_source{via="chain"}')).toBe(1);
});

test('with all endpoints down the last set serves, and its age shows everywhere', async () => {
  const [first, second] = [await relay(), await relay()];
  const made = await gateway({ rpc: [first.url, second.url] });
  await made.ready();
  await Promise.all([first.stop(), second.stop()]);
  await expect.poll(async () => (await settlementOf(made))?.state, PATIENCE).toBe('stale');
  await expect.poll(() => states(made), PATIENCE).toEqual(['down', 'down']);

  expect(await providers(made)).toBe(2);
  await serves(made);
  const { set } = await made.readyz();
  expect(set).toMatchObject({ state: 'stale', via: 'chain', block: expect.any(Number) });
  // Older each time that somebody looks.
  await expect.poll(async () => (await made.readyz()).set?.ageMs).toBeGreaterThan(set?.ageMs ?? 0);
  const age = (await metric(made, 'din_provider_set_age_seconds')) ?? 0;
  await expect.poll(() => metric(made, 'din_provider_set_age_seconds')).toBeGreaterThan(age);
  const seen = (await settlementOf(made))?.ageMs ?? 0;
  await expect.poll(async () => (await settlementOf(made))?.ageMs).toBeGreaterThan(seen);
  expect(await made.readyz()).toMatchObject({ status: 200, reasons: [] });
});

test('a restart with all endpoints down serves at once from the checkpoint, and goes on when one is back', async () => {
  const checkpoint = join(directory, 'restart.sqlite');
  const before = await gateway({ checkpoint });
  await before.ready();
  await before.close();

  const dead = await relay();
  await dead.stop();
  const made = await gateway({ checkpoint, rpc: [dead.url] });
  await made.ready();
  await serves(made);
  expect(await providers(made)).toBe(2);
  expect(await settlementOf(made)).toMatchObject({ via: 'checkpoint', endpoints: [{ state: 'down' }] });
  expect((await made.readyz()).set).toMatchObject({ via: 'checkpoint' });
  expect(await metric(made, 'din_provider_set_source{via="checkpoint"}')).toBe(1);
  await made.close();

  const back = await gateway({ checkpoint });
  await expect.poll(() => settlementOf(back), PATIENCE).toMatchObject({ state: 'live', via: 'chain' });
});

test('a second gateway on the same checkpoint serves too, without one', async () => {
  const checkpoint = join(directory, 'shared.sqlite');
  const first = await gateway({ checkpoint });
  await first.ready();
  const second = await gateway({ checkpoint });
  await second.ready();
  expect(second.log.join()).toContain('"checkpoint_unavailable"');
  expect(first.log.join()).not.toContain('"checkpoint_unavailable"');
  await serves(second);
});

test('an endpoint of another chain is shown as such and not believed', async () => {
  const made = await gateway({ rpc: [world.node.url, world.chain.anvil.url] });
  await made.ready();
  expect(await states(made)).toEqual(['wrongChain', 'ok']);
  const [strange] = (await settlementOf(made))?.endpoints ?? [];
  expect(strange?.lastError).toContain('serves chain 1337, not 31337');
  expect(await metric(made, 'din_settlement_endpoint_state{endpoint="rpc[0]",state="wrongChain"}')).toBe(1);
});

test('a WebSocket endpoint announces blocks: they are seen long before the next poll', async () => {
  const url = world.chain.anvil.url.replace('http://', 'ws://');
  const made = await gateway({ rpc: [url], pollIntervalMs: 600_000 });
  await made.ready();
  const block = async () => (await settlementOf(made))?.block ?? 0;
  const before = await block();
  const afterOneMore = async () => {
    await world.chain.rpc('evm_mine');
    return await block();
  };
  await expect.poll(afterOneMore, PATIENCE).toBeGreaterThan(before);
});
