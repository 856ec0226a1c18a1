import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hex } from 'viem';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createSettlementEndpoints } from '../router/chain/settlementEndpoints.ts';
import { systemClock } from '../router/core/clock.ts';
import { createChainSource } from '../router/indexer/chainSource.ts';
import { openCheckpoint } from '../router/indexer/checkpoint/openCheckpoint.ts';
import type { ProviderSource } from '../router/registry/providerSource.ts';
import { type FaultyEndpoint, honest, type RpcCall, startFaultyEndpoint } from './fixtures/faultyEndpoint.ts';
import { addNetwork as addNetworkOf } from './fixtures/settlementCalls.ts';
import {
  SETTLEMENT_CHAIN_ID,
  type SettlementChain,
  startSettlementChain,
} from './fixtures/settlementChain.ts';

// Of anvil: the newest block that it calls final is this many below its head.
const FINAL_DEPTH = 64n;
// A limit for a machine under load, never waited for when all is well.
const WITHIN = { timeout: 20_000, interval: 5 };

let chain: SettlementChain;
let endpoint: FaultyEndpoint;
let directory: string;
let networks = 0;
let calls: RpcCall[] = [];
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  chain = await startSettlementChain();
});
afterAll(() => chain?.stop());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'din-restart-'));
  endpoint = await startFaultyEndpoint(chain.anvil.url);
  calls = [];
  endpoint.behave((call) => {
    calls.push(call);
    return honest(call);
  });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await endpoint.die();
  await rm(directory, { recursive: true });
});

/** As after a restart: only the file knows of the source before it. */
function sourceOf(maxRange = 10_000): ProviderSource {
  const { registry } = chain.deployment;
  const identity = { chainId: SETTLEMENT_CHAIN_ID, registry };
  const logger = { info() {}, warn() {}, error() {} };
  const endpoints = createSettlementEndpoints({ rpcUrls: [endpoint.url], chainId: SETTLEMENT_CHAIN_ID });
  const source = createChainSource({
    ...{ endpoints, registry, maxRange, pollIntervalMs: 20 },
    openCheckpoint: () =>
      openCheckpoint({ path: join(directory, 'set.sqlite'), identity, logger, clock: systemClock }),
  });
  cleanups.push(
    () => endpoints.close(),
    () => source.stop(),
  );
  return source;
}

const start = (source: ProviderSource) => source.start(new AbortController().signal);
const mine = (blocks: number) => chain.rpc('anvil_mine', `0x${blocks.toString(16)}`);

async function addNetwork(): Promise<void> {
  networks += 1;
  await addNetworkOf(chain, networks);
}

async function atHead(source: ProviderSource): Promise<void> {
  const { hash } = await chain.client.getBlock();
  await expect.poll(() => source.current()?.block.hash, WITHIN).toBe(hash);
}

/** What a first run leaves behind; the block that its file holds. */
async function runOnce(): Promise<bigint> {
  const source = sourceOf();
  await start(source);
  await atHead(source);
  await source.stop();
  return (await chain.client.getBlockNumber({ cacheTime: 0 })) - FINAL_DEPTH;
}

it('only new blocks are asked for after a restart, and the set is the same as without it', async () => {
  await addNetwork();
  await mine(300);
  const saved = await runOnce();
  await addNetwork();
  await mine(100);
  calls = [];
  const source = sourceOf();
  await start(source);
  await atHead(source);
  const filters = calls.filter(({ method }) => method === 'eth_getLogs').map(({ params }) => params[0]);
  const ranges = filters.filter((filter) => (filter as { fromBlock?: Hex }).fromBlock !== undefined);
  expect(ranges.map((filter) => BigInt((filter as { fromBlock: Hex }).fromBlock))).toEqual([
    saved + 1n,
    saved + 102n,
  ]);
  const fresh = createChainSource({
    endpoints: createSettlementEndpoints({ rpcUrls: [chain.anvil.url] }),
    registry: chain.deployment.registry,
  });
  cleanups.push(() => fresh.stop());
  await start(fresh);
  expect([...(source.current()?.networks ?? [])]).toEqual([...(fresh.current()?.networks ?? [])]);
  expect(source.current()?.block).toEqual(fresh.current()?.block);
});

it('with nobody to ask, what was saved last serves, and is followed on from when somebody answers', async () => {
  await addNetwork();
  await mine(80);
  const saved = await runOnce();
  await endpoint.die();
  const source = sourceOf();
  await start(source);
  expect(source.status()).toMatchObject({ state: 'stale', via: 'checkpoint' });
  expect(source.current()?.block.number).toBe(saved);
  expect(source.current()?.networks.size).toBe(networks);
  await addNetwork();
  await endpoint.revive();
  await atHead(source);
  expect(source.current()?.networks.size).toBe(networks);
  await expect.poll(() => source.status(), WITHIN).toMatchObject({ state: 'live', via: 'chain' });
});

it('a chain that was begun anew is noticed, and its own set is built', async () => {
  await mine(80);
  const before = await chain.rpc('evm_snapshot');
  await addNetwork();
  await mine(200);
  await runOnce();
  await chain.rpc('evm_revert', before);
  networks -= 1;
  // Longer than the one that was left, with other blocks.
  await chain.rpc('anvil_mine', '0x190', '0x3');
  const source = sourceOf();
  await start(source);
  await atHead(source);
  expect(source.current()?.networks.size).toBe(networks);
});

it('a load that was cut short goes on from where it was', async () => {
  await addNetwork();
  await mine(900);
  let answers = 0;
  endpoint.behave((call) => {
    if (call.method !== 'eth_getLogs') return honest(call);
    answers += 1;
    return answers <= 8 ? honest(call) : { kind: 'error', code: -32603, message: 'internal error' };
  });
  const first = sourceOf(50);
  const loading = start(first);
  await expect.poll(() => first.status().lastError, WITHIN).toContain('internal error');
  expect(first.current()).toBeUndefined();
  await Promise.all([expect(loading).rejects.toMatchObject({ code: 'SOURCE_STOPPED' }), first.stop()]);

  const asked: bigint[] = [];
  endpoint.behave((call) => {
    const filter = call.params[0] as { fromBlock?: Hex };
    if (call.method === 'eth_getLogs' && filter.fromBlock) asked.push(BigInt(filter.fromBlock));
    return honest(call);
  });
  const second = sourceOf(50);
  const shown: bigint[] = [];
  second.onChange(({ block }) => shown.push(block.number));
  await start(second);
  await atHead(second);
  const deployed = chain.deployment.deploymentBlock;
  expect(asked[0]).toBeGreaterThan(BigInt(deployed) + 100n);
  expect(shown).toHaveLength(1);
  expect(second.current()?.networks.size).toBe(networks);
});
