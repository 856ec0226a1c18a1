import { encodeFunctionData } from 'viem';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { createSettlementEndpoints } from '../router/chain/settlementEndpoints.ts';
import { ms } from '../router/core/units.ts';
import { createChainFeed } from '../router/indexer/chainFeed.ts';
import type { EventFeed } from '../router/indexer/eventFeed.ts';
import { createFollowingSource } from '../router/indexer/followingSource.ts';
import { createFallbackFeed } from '../router/indexer/graphql/fallbackFeed.ts';
import { createGraphqlFeed } from '../router/indexer/graphql/graphqlFeed.ts';
import { plainAtBlock as plain } from '../router/registry/naiveFold.fixture.ts';
import type { ProviderSet } from '../router/registry/providerSet.ts';
import type { SourceStatus } from '../router/registry/providerSource.ts';
import { type FaultyEndpoint, hangs, honest, startFaultyEndpoint } from './fixtures/faultyEndpoint.ts';
import { type Ponder, startPonder } from './fixtures/ponder.ts';
import { SLA } from './fixtures/settlementCalls.ts';
import { governor, type SettlementChain, startSettlementChain } from './fixtures/settlementChain.ts';

const MAX_BEHIND_BLOCKS = 3;
const POLL_INTERVAL_MS = 20;
const HEAD_INTERVAL_MS = ms(100);
// A limit for a machine under load, never waited for when all is well.
const WITHIN = { timeout: 120_000, interval: 20 };
const PONDER_TIMEOUT_MS = 400_000;

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
}, PONDER_TIMEOUT_MS);

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

interface Followed {
  set(): ProviderSet | undefined;
  via(): SourceStatus['via'];
  /** Of ways left and taken. */
  readonly said: string[];
}

async function follow(feed: EventFeed, said: string[] = []): Promise<Followed> {
  const { registry } = chain.deployment;
  const source = createFollowingSource({ feed, registry, pollIntervalMs: POLL_INTERVAL_MS });
  stops.push(async () => {
    await source.stop();
    await feed.close();
  });
  await source.start(new AbortController().signal);
  return { set: source.current, via: () => source.status().via, said };
}

function chainFeed() {
  return createChainFeed({ endpoints: createSettlementEndpoints({ rpcUrls: [chain.anvil.url] }) });
}

async function followIndexer(): Promise<Followed> {
  const said: string[] = [];
  const note = (values: { reason?: string }, event: string) => {
    said.push(values.reason === undefined ? event : `${event}: ${values.reason}`);
  };
  const feed = createFallbackFeed({
    primary: createGraphqlFeed({ url: ponder.graphqlUrl }),
    secondary: chainFeed(),
    maxBehindBlocks: MAX_BEHIND_BLOCKS,
    headIntervalMs: HEAD_INTERVAL_MS,
    logger: { info: note, warn: note, error: note },
  });
  return await follow(feed, said);
}

/** Once it stands at the chain's head, it says what a fresh load from the chain itself says. */
async function expectExact({ set }: Followed): Promise<void> {
  const head = await chain.client.getBlock();
  await expect.poll(() => set()?.block.hash, WITHIN).toBe(head.hash);
  const fresh = await follow(chainFeed());
  await expect.poll(() => fresh.set()?.block.hash, WITHIN).toBe(head.hash);
  expect(plain(set()!)).toEqual(plain(fresh.set()!));
  expect(set()?.networks.size).toBe(networks);
}

describe('a router that follows a real indexer', { timeout: PONDER_TIMEOUT_MS }, () => {
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
    expect(router.said).toEqual(['graphql_source_left: failed']);
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
    expect(router.said).toEqual(['graphql_source_left: behind']);
    endpoint.behave(honest);
    await expect.poll(() => router.via(), WITHIN).toBe('graphql');
    await addNetwork();
    await expectExact(router);
    expect(router.said).toEqual(['graphql_source_left: behind', 'graphql_source_back']);
  });
});
