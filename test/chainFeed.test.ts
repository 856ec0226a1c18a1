import type { Hex } from 'viem';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSettlementEndpoints } from '../router/chain/settlementEndpoints.ts';
import { type ChainFeed, createChainFeed } from '../router/indexer/chainFeed.ts';
import type { DeploymentFeed, FeedStep } from '../router/indexer/eventFeed.ts';
import { newest, oldest, openWindow, type ReorgWindow } from '../router/indexer/reorgWindow.ts';
import { emptySet } from '../router/registry/providerSet.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import {
  type Behaviour,
  type FaultyEndpoint,
  honest,
  standsStillAt,
  startFaultyEndpoint,
} from './fixtures/faultyEndpoint.ts';
import { addNetwork as addNetworkOf } from './fixtures/settlementCalls.ts';
import {
  governor,
  SETTLEMENT_CHAIN_ID,
  type SettlementChain,
  startSettlementChain,
} from './fixtures/settlementChain.ts';
import { createTestClock, type TestClock } from './fixtures/testClock.ts';

// Of anvil: the newest block that it calls final is this many below its head.
const FINAL_DEPTH = 64n;
const REORG_DEPTH = 16;
// Longer than endpoints that were left for it are left alone, at first.
const BACK_OFF_MS = 60_000;

let chain: SettlementChain;
/** Of the same chain id, longer, and without the contracts. */
let foreign: Anvil;
let snapshot: unknown;
let clock: TestClock;
let networks = 0;
const { signal } = new AbortController();
const cleanups: (() => Promise<unknown>)[] = [];
const logged: { event: string; values: object }[] = [];
const record = (values: object, event: string) => logged.push({ event, values });

beforeAll(async () => {
  chain = await startSettlementChain();
  foreign = await startAnvil({ chainId: SETTLEMENT_CHAIN_ID });
  await fetch(foreign.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'anvil_mine', params: ['0x400'] }),
  });
});
afterAll(async () => {
  await Promise.all([chain?.stop(), foreign?.stop()]);
});

beforeEach(async () => {
  snapshot = await chain.rpc('evm_snapshot');
  clock = createTestClock();
  logged.length = 0;
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await chain.rpc('evm_revert', snapshot);
});

async function addNetwork(): Promise<void> {
  networks += 1;
  await addNetworkOf(chain, networks);
}

const mine = (blocks: number) => chain.rpc('anvil_mine', `0x${blocks.toString(16)}`);
/** Other blocks in place of the newest, and one more: empty ones are the same again unless one is not. */
async function reorg(depth: number): Promise<void> {
  const { address } = governor;
  await chain.rpc('anvil_reorg', depth, [[{ from: address, to: address, value: '0x1' }, 0]]);
  await mine(1);
}
const head = () => chain.client.getBlockNumber({ cacheTime: 0 });

async function endpointAt(url: string, behaviour: Behaviour = honest): Promise<FaultyEndpoint> {
  const endpoint = await startFaultyEndpoint(url);
  endpoint.behave(behaviour);
  cleanups.push(() => endpoint.die());
  return endpoint;
}

function feedBy(endpoints: readonly FaultyEndpoint[], maxRange = 1000): ChainFeed {
  const logger = { info: record, warn: record };
  const feed = createChainFeed({
    endpoints: createSettlementEndpoints({
      ...{ rpcUrls: endpoints.map(({ url }) => url), chainId: SETTLEMENT_CHAIN_ID, clock, logger },
      random: () => 0,
    }),
    ...{ maxRange, clock, logger },
  });
  cleanups.push(() => feed.close());
  return feed;
}

interface Follower {
  readonly deployment: DeploymentFeed;
  window: ReorgWindow;
  readonly steps: FeedStep[];
  advance(): ReturnType<DeploymentFeed['advance']>;
}

async function follow(feed: ChainFeed): Promise<Follower> {
  const deployment = await feed.open(chain.deployment.registry, signal);
  const follower: Follower = {
    deployment,
    window: openWindow(emptySet(deployment.base), REORG_DEPTH),
    steps: [],
    advance: () =>
      deployment.advance({
        window: follower.window,
        signal,
        onStep(step) {
          follower.window = step.window;
          follower.steps.push(step);
        },
      }),
  };
  return follower;
}

const tipOf = ({ window }: Follower) => newest(window).block;
const slugsOf = ({ window }: Follower) =>
  [...newest(window).networks.values()].map(({ slug }) => slug).sort();
const slugs = (...numbers: number[]) => numbers.map((number) => `net-${number}`).sort();
const faults = () =>
  logged
    .filter(({ event }) => event === 'settlement_endpoint_left')
    .map(({ values }) => values as { endpoint: string; fault: string })
    .map(({ endpoint, fault }) => `${endpoint} ${fault}`);

/** Refuses what real nodes do, in their words. */
function refusesRangesOver(blocks: number): Behaviour {
  return ({ method, params }) => {
    const [filter] = params as [{ fromBlock?: Hex; toBlock?: Hex }];
    if (method !== 'eth_getLogs' || filter.fromBlock === undefined || filter.toBlock === undefined)
      return { kind: 'pass' };
    const size = Number(BigInt(filter.toBlock) - BigInt(filter.fromBlock)) + 1;
    if (size <= blocks) return { kind: 'pass' };
    return { kind: 'error', code: -32005, message: `query exceeds max block range ${blocks}` };
  };
}

describe('a chain feed', () => {
  it('costs one request when nothing is new, and two for a new block', async () => {
    const endpoint = await endpointAt(chain.anvil.url);
    const feed = feedBy([endpoint]);
    const follower = await follow(feed);
    expect(await follower.advance()).toBe('current');
    const costs = async (work: () => Promise<unknown>) => {
      endpoint.asked.length = 0;
      await work();
      return endpoint.asked.splice(0);
    };
    expect(await costs(() => follower.advance())).toEqual(['eth_getBlockByNumber']);
    await addNetwork();
    expect(await costs(() => follower.advance())).toEqual(['eth_getBlockByNumber', 'eth_getLogs']);
    expect(slugsOf(follower)).toEqual(slugs(networks));
    expect(await costs(() => feed.chainHead(signal))).toEqual(['eth_getBlockByNumber']);
    expect(await feed.chainHead(signal)).toBe(await head());
  });

  it('undoes a reorg down to the last final block', async () => {
    const endpoint = await endpointAt(chain.anvil.url);
    await addNetwork();
    const kept = networks;
    await mine(80);
    const follower = await follow(feedBy([endpoint]));
    await follower.advance();
    await addNetwork();
    await follower.advance();
    expect(slugsOf(follower)).toEqual(slugs(kept, networks));
    const final = oldest(follower.window).block;
    expect(final.number).toBe((await head()) - 1n - FINAL_DEPTH);
    await reorg(Number(tipOf(follower).number - final.number));
    await addNetwork();
    await follower.advance();
    expect(follower.window.steps.at(0)?.block).toEqual(final);
    expect(slugsOf(follower)).toEqual(slugs(kept, networks));
    const fresh = await follow(feedBy([endpoint]));
    await fresh.advance();
    expect(tipOf(follower)).toEqual(tipOf(fresh));
  });

  it('says so when a reorg goes deeper than the last final block', async () => {
    const endpoint = await endpointAt(chain.anvil.url);
    await mine(120);
    const follower = await follow(feedBy([endpoint]));
    await follower.advance();
    const before = follower.window;
    await reorg(Number(FINAL_DEPTH) + 5);
    await expect(follower.advance()).rejects.toMatchObject({ code: 'REORG_TOO_DEEP' });
    expect(follower.window).toBe(before);
    expect(faults()).toEqual([]);
  });

  it('agrees with all endpoints that a reorg went too deep', async () => {
    const endpoints = [await endpointAt(chain.anvil.url), await endpointAt(chain.anvil.url)];
    await mine(120);
    const follower = await follow(feedBy(endpoints));
    await follower.advance();
    await reorg(Number(FINAL_DEPTH) + 5);
    await expect(follower.advance()).rejects.toMatchObject({ code: 'REORG_TOO_DEEP' });
  });

  it('leaves an endpoint of another chain with the same id, and goes on with the next', async () => {
    const stranger = await endpointAt(foreign.url);
    await stranger.die();
    const own = await endpointAt(chain.anvil.url);
    const follower = await follow(feedBy([stranger, own]));
    await follower.advance();
    const steps = follower.steps.length;
    await addNetwork();
    await stranger.revive();
    // Preferred again once it answers; nothing but its blocks shows that it is not one of ours.
    await expect
      .poll(
        async () => {
          clock.skip(BACK_OFF_MS);
          await follower.advance();
          return faults();
        },
        { timeout: 20_000, interval: 5 },
      )
      .toContain('rpc[0] wrongChain');
    expect(slugsOf(follower)).toEqual(slugs(networks));
    expect(tipOf(follower).number).toBe(await head());
    expect(follower.steps).toHaveLength(steps + 1);
  });

  it('opens a registry that the first endpoint does not have, if another has it', async () => {
    const follower = await follow(feedBy([await endpointAt(foreign.url), await endpointAt(chain.anvil.url)]));
    expect(faults()).toEqual(['rpc[0] wrongChain']);
    expect(await follower.advance()).toBe('current');
  });

  it('opens no registry that nobody has', async () => {
    const feed = feedBy([await endpointAt(foreign.url), await endpointAt(foreign.url)]);
    await expect(feed.open(chain.deployment.registry, signal)).rejects.toMatchObject({
      code: 'NOT_A_REGISTRY',
    });
    expect(faults()).toEqual([]);
  });

  it('goes on with the next endpoint from where the first one failed', async () => {
    await addNetwork();
    await mine(60);
    await addNetwork();
    await mine(60);
    const all = slugs(networks - 1, networks);
    const questions: Hex[] = [];
    const dying = await endpointAt(chain.anvil.url);
    const lasting = await endpointAt(chain.anvil.url, ({ method, params }) => {
      const [filter] = params as [{ fromBlock?: Hex }?];
      if (method === 'eth_getLogs' && filter?.fromBlock !== undefined && isDead)
        questions.push(filter.fromBlock);
      return { kind: 'pass' };
    });
    let ranges = 0;
    let isDead = false;
    dying.behave(({ method }) => {
      if (method === 'eth_getLogs') ranges += 1;
      isDead ||= ranges > 6;
      return isDead ? { kind: 'drop' } : { kind: 'pass' };
    });
    const follower = await follow(feedBy([dying, lasting], 10));
    expect(await follower.advance()).toBe('current');
    expect(faults()).toEqual(['rpc[0] down']);
    const numbers = follower.steps.map(({ window }) => Number(newest(window).block.number));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(follower.steps.reduce((sum, { events }) => sum + events, 0)).toBe(
      newest(follower.window).networks.size,
    );
    expect(slugsOf(follower)).toEqual(all);
    expect(questions.every((from) => BigInt(from) > follower.deployment.base.number + 10n)).toBe(true);
  });

  it('reads through an endpoint that allows few blocks at once and limits its rate', async () => {
    await mine(300);
    await addNetwork();
    await mine(300);
    const endpoint = await endpointAt(chain.anvil.url);
    const refuses = refusesRangesOver(50);
    let logs = 0;
    endpoint.behave((call) => {
      if (call.method === 'eth_getLogs') logs += 1;
      if (call.method === 'eth_getLogs' && logs === 9)
        return { kind: 'status', status: 429, headers: { 'retry-after': '0' } };
      return refuses(call);
    });
    const follower = await follow(feedBy([endpoint]));
    expect(await follower.advance()).toBe('current');
    expect(slugsOf(follower)).toEqual(slugs(networks));
    expect(faults()).toEqual([]);
    // 12 to 24 ranges, the refused ones, 16 single blocks.
    expect(logs).toBeLessThan(60);
  });

  it('leaves an endpoint that is far behind what was read before, for one that is not', async () => {
    const slow = await endpointAt(chain.anvil.url);
    const feed = feedBy([slow, await endpointAt(chain.anvil.url)]);
    const follower = await follow(feed);
    await mine(10);
    await follower.advance();
    slow.behave(standsStillAt((await head()) - 8n));
    await mine(1);
    expect(await follower.advance()).toBe('current');
    expect(faults()).toEqual(['rpc[0] behind']);
    expect(tipOf(follower).number).toBe(await head());
  });

  it('stays where it is when the only endpoint is behind', async () => {
    const slow = await endpointAt(chain.anvil.url);
    const follower = await follow(feedBy([slow]));
    await mine(10);
    await follower.advance();
    const before = follower.window;
    slow.behave(standsStillAt((await head()) - 8n));
    expect(await follower.advance()).toBe('behind');
    expect(follower.window).toBe(before);
  });

  it('tells whether the chain holds a block', async () => {
    const own = await endpointAt(chain.anvil.url);
    const { deployment } = await follow(feedBy([own]));
    await mine(3);
    const { number, hash } = await chain.client.getBlock();
    expect(await deployment.holds({ number, hash }, signal)).toBe(true);
    await reorg(2);
    expect(await deployment.holds({ number, hash }, signal)).toBe(false);
    expect(await deployment.holds({ number: number + 1000n, hash }, signal)).toBeUndefined();
  });

  it('does not take the word of an endpoint of another chain for a block that is final elsewhere', async () => {
    await mine(80);
    const stranger = await endpointAt(foreign.url);
    await stranger.die();
    const { deployment } = await follow(feedBy([stranger, await endpointAt(chain.anvil.url)]));
    await stranger.revive();
    await expect
      .poll(
        async () => {
          clock.skip(BACK_OFF_MS);
          expect(await deployment.holds(deployment.base, signal)).toBe(true);
          return faults();
        },
        { timeout: 20_000, interval: 5 },
      )
      .toContain('rpc[0] wrongChain');
  });

  it('takes no step after its signal aborts', async () => {
    const endpoint = await endpointAt(chain.anvil.url);
    await mine(40);
    const { deployment } = await follow(feedBy([endpoint], 5));
    const stop = new AbortController();
    const steps: FeedStep[] = [];
    const window = openWindow(emptySet(deployment.base), REORG_DEPTH);
    const advancing = deployment.advance({
      ...{ window, signal: stop.signal },
      onStep(step) {
        steps.push(step);
        if (steps.length === 2) stop.abort(new Error('enough'));
      },
    });
    await expect(advancing).rejects.toThrow('enough');
    await expect.poll(() => endpoint.asked.length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(steps).toHaveLength(2);
  });
});
