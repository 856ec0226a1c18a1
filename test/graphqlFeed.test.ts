import { setTimeout as delay } from 'node:timers/promises';
import { encodeFunctionData } from 'viem';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { discoverRegistry } from '../router/chain/contracts.ts';
import { createSettlementEndpoints } from '../router/chain/settlementEndpoints.ts';
import { ms } from '../router/core/units.ts';
import { catchUp } from '../router/indexer/catchUp.ts';
import { createChainQuirks } from '../router/indexer/chainQuirks.ts';
import { createChainReader } from '../router/indexer/chainReader.ts';
import type { EventFeed } from '../router/indexer/eventFeed.ts';
import { createFallbackFeed } from '../router/indexer/graphql/fallbackFeed.ts';
import { createGraphqlFeed } from '../router/indexer/graphql/graphqlFeed.ts';
import { plain } from '../router/indexer/graphql/modelChain.fixture.ts';
import { newest, openWindow } from '../router/indexer/reorgWindow.ts';
import { emptySet, type ProviderSet } from '../router/registry/providerSet.ts';
import { type FaultyEndpoint, hangs, honest, startFaultyEndpoint } from './fixtures/faultyEndpoint.ts';
import { type Ponder, startPonder } from './fixtures/ponder.ts';
import { governor, type SettlementChain, startSettlementChain } from './fixtures/settlementChain.ts';

const MAX_BEHIND_BLOCKS = 3;
const POLL_INTERVAL_MS = 20;
// A limit for a machine under load, never waited for when all is well.
const WITHIN = { timeout: 40_000, interval: 20 };
const SLA = {
  minAvailabilityBps: 9000,
  maxP95LatencyMs: 2000,
  maxP95BlockLag: 10,
  maxMismatches: 0,
  minSamples: 3,
};

let chain: SettlementChain;
/** Between Ponder and the chain. */
let endpoint: FaultyEndpoint;
let ponder: Ponder;
let networks = 0;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  chain = await startSettlementChain();
  endpoint = await startFaultyEndpoint(chain.anvil.url);
  ponder = await startPonderOn();
});

afterAll(async () => {
  await ponder?.stop();
  await endpoint?.die();
  await chain?.stop();
});

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

function startPonderOn(port?: number): Promise<Ponder> {
  return startPonder({
    rpcUrl: endpoint.url,
    registry: chain.deployment.registry,
    database: { kind: 'pglite' },
    ...(port !== undefined && { port }),
  });
}

/** One more network: an event in a block of its own. */
async function addNetwork(): Promise<void> {
  networks += 1;
  const args = [`eip155:${networks}`, `net-${networks}`, { minStake: 1n, sla: SLA }] as const;
  const data = encodeFunctionData({ abi: providerRegistryAbi, functionName: 'addNetwork', args });
  const hash = (await chain.rpc('eth_sendTransaction', {
    ...{ from: governor.address, to: chain.deployment.registry, data, gas: '0x100000' },
  })) as `0x${string}`;
  const { status } = await chain.client.waitForTransactionReceipt({ hash, pollingInterval: 5 });
  expect(status).toBe('success');
}

function chainFeed(): EventFeed {
  const endpoints = createSettlementEndpoints({ rpcUrls: [chain.anvil.url] });
  const quirks = createChainQuirks();
  return {
    kind: 'chain',
    async open(registry, signal) {
      const contracts = await endpoints.look(({ client }) => discoverRegistry(client, registry), signal);
      const { chainId, vault, deploymentBlock } = contracts;
      const at = (number: bigint) =>
        endpoints.look((seen) => createChainReader(seen, contracts, quirks).blockAt(number), signal);
      const base = await at(deploymentBlock - 1n);
      return {
        ...{ chainId, registry, vault, base: base! },
        advance: ({ window, onStep }) =>
          endpoints.look(
            (seen) =>
              catchUp({ reader: createChainReader(seen, contracts, quirks), window, onStep, maxRange: 100 }),
            signal,
          ),
        holds: async ({ number, hash }) => (await at(number))?.hash === hash,
      };
    },
    via: () => 'chain',
    endpoints: () => endpoints.status(),
    onHead: (listener) => endpoints.onHead(listener),
    close: () => endpoints.close(),
  };
}

/** Whoever follows a feed. */
async function follow(feed: EventFeed) {
  const abort = new AbortController();
  const { signal } = abort;
  const deployment = await feed.open(chain.deployment.registry, signal);
  let window = openWindow(emptySet(deployment.base), 128);
  async function run() {
    while (!signal.aborted) {
      await deployment
        .advance({
          window,
          signal,
          onStep(step) {
            window = step.window;
          },
        })
        .catch(() => undefined);
      await delay(POLL_INTERVAL_MS);
    }
  }
  const running = run();
  stops.push(async () => {
    abort.abort();
    await running;
    await feed.close();
  });
  return { set: () => newest(window), via: () => feed.via() };
}

interface Followed {
  set(): ProviderSet;
  via(): 'chain' | 'graphql';
  readonly said: string[];
}

async function followIndexer(): Promise<Followed> {
  const said: string[] = [];
  const note = (values: object, event: string) =>
    said.push([event, ...Object.values(values).slice(1, 2)].join(' '));
  const feed = createFallbackFeed({
    primary: createGraphqlFeed({ url: ponder.graphqlUrl }),
    secondary: chainFeed(),
    chainHead: () => chain.client.getBlockNumber({ cacheTime: 0 }),
    maxBehindBlocks: MAX_BEHIND_BLOCKS,
    headIntervalMs: ms(100),
    logger: { info: note, warn: note },
  });
  return { ...(await follow(feed)), said };
}

/** Once it stands at the chain's head, it says what a fresh load from the chain itself says. */
async function expectExact({ set }: Followed): Promise<void> {
  const head = await chain.client.getBlock();
  await expect.poll(() => set().block.hash, WITHIN).toBe(head.hash);
  const fresh = await follow(chainFeed());
  await expect.poll(() => fresh.set().block.hash, WITHIN).toBe(head.hash);
  expect(plain(set())).toEqual(plain(fresh.set()));
  expect(set().networks.size).toBe(networks);
}

describe('a router that follows a real indexer', () => {
  it('loads, follows and goes through reorgs, exactly as by the chain', async () => {
    await addNetwork();
    const router = await followIndexer();
    await expectExact(router);
    await addNetwork();
    await addNetwork();
    await expectExact(router);
    // The newest two blocks become others, without events.
    await chain.rpc('anvil_reorg', 2, []);
    networks -= 2;
    await chain.rpc('evm_mine');
    await expectExact(router);
    await addNetwork();
    await expectExact(router);
    expect(router.via()).toBe('graphql');
    expect(router.said).toEqual([]);
  });

  it('goes by the chain while the indexer is gone, and by the indexer again when it is back', async () => {
    const router = await followIndexer();
    await expectExact(router);
    expect(router.via()).toBe('graphql');
    const { port } = ponder;
    await ponder.stop();
    await addNetwork();
    await expectExact(router);
    expect(router.via()).toBe('chain');
    expect(router.said).toEqual(['graphql_source_left failed']);
    ponder = await startPonderOn(port);
    await expect.poll(() => router.via(), WITHIN).toBe('graphql');
    expect(router.said.at(-1)).toBe('graphql_source_back');
    await addNetwork();
    await expectExact(router);
    expect(router.via()).toBe('graphql');
  });

  it('goes by the chain while the indexer answers but stands still', async () => {
    const router = await followIndexer();
    await expectExact(router);
    endpoint.behave(hangs);
    await addNetwork();
    for (let block = 0; block < MAX_BEHIND_BLOCKS; block++) await chain.rpc('evm_mine');
    await expectExact(router);
    expect(router.via()).toBe('chain');
    expect(router.said).toEqual(['graphql_source_left behind']);
    endpoint.behave(honest);
    await expect.poll(() => router.via(), WITHIN).toBe('graphql');
    await addNetwork();
    await expectExact(router);
    expect(router.said).toEqual(['graphql_source_left behind', 'graphql_source_back']);
  });
});
