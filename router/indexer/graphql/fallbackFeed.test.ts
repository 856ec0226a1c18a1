import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { NotARegistryError } from '../../chain/contracts.ts';
import { DinError } from '../../core/dinError.ts';
import { ms, unixSeconds } from '../../core/units.ts';
import { opening, PROVIDERS } from '../../registry/events.arbitrary.ts';
import { plainAtBlock as plain } from '../../registry/naiveFold.fixture.ts';
import { emptySet } from '../../registry/providerSet.ts';
import { EventsMissingError } from '../chainFeed.ts';
import type { DeploymentFeed, EventFeed, FeedStep } from '../eventFeed.ts';
import { newest, openWindow } from '../reorgWindow.ts';
import { createFallbackFeed } from './fallbackFeed.ts';
import { createGraphqlFeed } from './graphqlFeed.ts';
import { CHAIN_ID, type IndexerServer, REGISTRY, startIndexerServer } from './indexerServer.fixture.ts';
import { arbitraryChange, change, createModelChain, type ModelChain } from './modelChain.fixture.ts';
import { createModelFeed, type ModelFeed } from './modelFeed.fixture.ts';

const MAX_BEHIND_BLOCKS = 5;
const HEAD_INTERVAL_MS = ms(2_000);
const DOWN = new Error('connect ECONNREFUSED https://rpc.example/secret');
// A limit for a machine under load, never waited for when all is well.
const WITHIN = { timeout: 30_000, interval: 5 };
const { signal } = new AbortController();
const servers: IndexerServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface World {
  readonly chain: ModelChain;
  readonly indexer: IndexerServer;
  readonly onChain: ModelFeed;
  readonly feed: EventFeed;
  readonly said: [string, object][];
  /** An hour is long enough for everything to be asked again. */
  wait(forMs: number): void;
}

async function createWorld(): Promise<World> {
  const chain = createModelChain();
  chain.mine(opening, [], []);
  const indexer = await startIndexerServer({ chain });
  servers.push(indexer);
  const onChain = createModelFeed(chain);
  const said: World['said'] = [];
  let now = 0;
  const note = (values: object, event: string) => said.push([event, values]);
  const feed = createFallbackFeed({
    primary: createGraphqlFeed({ url: indexer.url }),
    secondary: onChain,
    maxBehindBlocks: MAX_BEHIND_BLOCKS,
    headIntervalMs: HEAD_INTERVAL_MS,
    clock: { now: () => ms(now), unix: () => unixSeconds(0) },
    logger: { info: note, warn: note, error: note },
  });
  const wait = (forMs: number) => {
    now += forMs;
  };
  return { chain, indexer, onChain, feed, said, wait };
}

/** A source's window without its waiting; each step is held against the branch that it says it is of. */
function follower(deployment: DeploymentFeed, chain: ModelChain) {
  const follower = {
    window: openWindow(emptySet(deployment.base), 30),
    steps: [] as FeedStep[],
    onStep(step: FeedStep) {
      const set = newest(step.window);
      expect(plain(set)).toEqual(plain(chain.setAt(set.block.hash)));
      follower.window = step.window;
      follower.steps.push(step);
    },
    look: () => deployment.advance({ window: follower.window, onStep: follower.onStep, signal }),
    tip: () => newest(follower.window).block,
  };
  return follower;
}

/** One that is up to date by the indexer. */
async function upToDate() {
  const world = await createWorld();
  const source = follower(await world.feed.open(REGISTRY, signal), world.chain);
  expect(await source.look()).toBe('current');
  expect(world.feed.via()).toBe('graphql');
  return { ...world, source, events: () => world.said.map(([event]) => event) };
}

function headOf(chain: ModelChain) {
  return chain.blocks().at(-1)!.ref;
}

describe('a fallback feed', () => {
  it('goes by the chain while the indexer is down, and says once that it left and once that it is back', async () => {
    const { chain, indexer, feed, source, said, wait } = await upToDate();
    indexer.fail('hangUp');
    chain.mine([opening[0]!]);
    for (let look = 0; look < 5; look++) {
      expect(await source.look()).toBe('current');
      expect(feed.via()).toBe('chain');
      wait(10_000);
    }
    expect(source.tip()).toEqual(headOf(chain));
    expect(said).toEqual([
      [
        'graphql_source_left',
        { registry: REGISTRY, reason: 'failed', error: expect.stringContaining('does not answer') },
      ],
    ]);
    indexer.fail(undefined);
    chain.mine([]);
    indexer.sync();
    wait(60_000);
    expect(await source.look()).toBe('current');
    expect(feed.via()).toBe('graphql');
    expect(said.slice(1)).toEqual([['graphql_source_back', { registry: REGISTRY }]]);
    expect(source.tip()).toEqual(headOf(chain));
  });

  it('goes by the chain when the indexer stands still, and by the indexer as soon as that is near again', async () => {
    const { chain, indexer, feed, source, said, wait } = await upToDate();
    chain.mine([], [], [], [], []);
    wait(HEAD_INTERVAL_MS);
    await source.look();
    expect([await source.look(), feed.via()]).toEqual(['current', 'graphql']);
    chain.mine([opening[0]!]);
    wait(HEAD_INTERVAL_MS);
    await expect.poll(() => source.look().then(() => feed.via()), WITHIN).toBe('chain');
    expect(source.tip()).toEqual(headOf(chain));
    expect(said).toEqual([
      ['graphql_source_left', { registry: REGISTRY, reason: 'behind', behindBlocks: 6 }],
    ]);
    indexer.sync(2);
    wait(60_000);
    const steps = source.steps.length;
    expect([await source.look(), feed.via()]).toEqual(['behind', 'graphql']);
    expect(source.steps).toHaveLength(steps);
    indexer.sync();
    expect([await source.look(), feed.via()]).toEqual(['current', 'graphql']);
  });

  it('does not show a first set from far behind', async () => {
    const { chain, feed, said } = await createWorld();
    chain.mine([], [], [], [], [], []);
    const source = follower(await feed.open(REGISTRY, signal), chain);
    expect([await source.look(), feed.via()]).toEqual(['current', 'chain']);
    expect(source.tip()).toEqual(headOf(chain));
    expect(said.map(([event]) => event)).toEqual(['graphql_source_left']);
  });

  it('stays with an indexer that is far behind while the chain cannot be seen, and does not call it current', async () => {
    const { chain, indexer, onChain, feed, source, wait } = await upToDate();
    chain.mine([], [], [], [], [], [], []);
    wait(HEAD_INTERVAL_MS);
    await expect.poll(() => source.look().then(() => feed.via()), WITHIN).toBe('chain');
    onChain.fail(DOWN);
    expect([await source.look(), feed.via()]).toEqual(['behind', 'graphql']);
    chain.mine([], []);
    indexer.sync(1);
    expect([await source.look(), feed.via()]).toEqual(['current', 'graphql']);
    expect(source.tip().number).toBe(headOf(chain).number - 1n);
  });

  it('spares the chain while the indexer answers: one look at its head in a while', async () => {
    const { onChain, source, wait } = await upToDate();
    const before = onChain.looks();
    for (let look = 0; look < 4; look++) {
      await source.look();
      wait(HEAD_INTERVAL_MS / 2);
    }
    expect(onChain.looks() - before).toBe(1);
  });

  it('says that what was read lacks events when the chain shows it, though the indexer is down', async () => {
    const { indexer, onChain, source } = await upToDate();
    indexer.fail('hangUp');
    onChain.fail(new EventsMissingError(2));
    await expect(source.look()).rejects.toMatchObject({ code: 'EVENTS_MISSING' });
  });

  it('does not wait for a chain that begins to hang while the indexer answers', async () => {
    const { chain, indexer, onChain } = await createWorld();
    const heads = [onChain.chainHead(signal)];
    const feed = createFallbackFeed({
      primary: createGraphqlFeed({ url: indexer.url }),
      secondary: { ...onChain, chainHead: () => heads.pop() ?? new Promise(() => undefined) },
      headIntervalMs: ms(0),
    });
    const source = follower(await feed.open(REGISTRY, signal), chain);
    for (let look = 0; look < 2; look++) expect(await source.look()).toBe('current');
    expect(feed.via()).toBe('graphql');
  });

  it('keeps to the chain when the indexer is on a branch that the chain left', async () => {
    const { chain, indexer, feed, source, said, wait } = await upToDate();
    indexer.fail('notReady');
    chain.reorg(1, [], [opening[0]!]);
    await source.look();
    const tip = headOf(chain);
    expect(source.tip()).toEqual(tip);
    const branch = chain.blocks();
    chain.reorg(1, [], []);
    indexer.sync();
    indexer.fail(undefined);
    chain.goBackTo(branch);
    wait(60_000);
    const steps = source.steps.length;
    expect([await source.look(), feed.via()]).toEqual(['current', 'chain']);
    expect(source.steps.slice(steps).every(({ window }) => newest(window).block.number >= tip.number)).toBe(
      true,
    );
    expect(source.tip()).toEqual(headOf(chain));
    expect(said.map(([event]) => event)).toEqual(['graphql_source_left']);
  });

  it('fails only when neither answers, without a URL, and with both reasons', async () => {
    const { indexer, onChain, source } = await upToDate();
    indexer.fail('notReady');
    onChain.fail(DOWN);
    const error = await source.look().catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'BOTH_WAYS_FAILED' });
    expect(String(error)).toMatch(/503.*ECONNREFUSED/);
    expect(String(error)).not.toMatch(/secret|https?:/);
    indexer.fail(undefined);
    expect(await source.look()).toBe('current');
  });

  it('says that a reorg is too deep when the chain says so, whatever the indexer says', async () => {
    const { chain, indexer, onChain, source } = await upToDate();
    source.window = openWindow(newest(source.window), 30);
    chain.reorg(2, [], [], []);
    indexer.sync();
    await expect(source.look()).rejects.toMatchObject({ code: 'REORG_TOO_DEEP' });
    onChain.fail(DOWN);
    await expect(source.look()).rejects.toMatchObject({ code: 'BOTH_WAYS_FAILED' });
  });

  it('opens by whichever answers, and by the other once that answers', async () => {
    const { chain, indexer, onChain, feed, wait } = await createWorld();
    indexer.fail('notReady');
    onChain.fail(DOWN);
    await expect(feed.open(REGISTRY, signal)).rejects.toMatchObject({ code: 'BOTH_WAYS_FAILED' });
    indexer.fail(undefined);
    const byIndexer = follower(await feed.open(REGISTRY, signal), chain);
    expect([await byIndexer.look(), feed.via()]).toEqual(['current', 'graphql']);
    onChain.fail(undefined);
    indexer.fail('notReady');
    expect([await byIndexer.look(), feed.via()]).toEqual(['current', 'chain']);
    const byChain = follower(await feed.open(REGISTRY, signal), chain);
    expect([await byChain.look(), feed.via()]).toEqual(['current', 'chain']);
    indexer.fail(undefined);
    wait(60_000);
    expect([await byChain.look(), feed.via()]).toEqual(['current', 'graphql']);
  });

  it('believes the chain where the two disagree about the deployment', async () => {
    const { chain, indexer, onChain, feed, said } = await createWorld();
    onChain.vault = PROVIDERS[1]!;
    const both = await feed.open(REGISTRY, signal);
    expect(both).toMatchObject({ chainId: CHAIN_ID, vault: PROVIDERS[1] });
    const source = follower(both, chain);
    expect([await source.look(), feed.via()]).toEqual(['current', 'chain']);
    expect(said).toMatchObject([
      ['graphql_source_left', { error: expect.stringContaining('another chain') }],
    ]);
    // Begun by the indexer alone, all that was read is of no use once the chain is seen.
    onChain.fail(DOWN);
    const alone = await feed.open(REGISTRY, signal);
    expect(await follower(alone, chain).look()).toBe('current');
    onChain.fail(undefined);
    indexer.fail('notReady');
    await expect(follower(alone, chain).look()).rejects.toMatchObject({ code: 'REORG_TOO_DEEP' });
  });

  it('never opens what the chain says is no registry', async () => {
    const { onChain, feed } = await createWorld();
    onChain.fail(new NotARegistryError(REGISTRY, CHAIN_ID, 'there is no contract'));
    await expect(feed.open(REGISTRY, signal)).rejects.toMatchObject({ code: 'NOT_A_REGISTRY' });
  });

  it('tells of a block what the chain says, or else the indexer', async () => {
    const { chain, indexer, onChain, feed } = await createWorld();
    const deployment = await feed.open(REGISTRY, signal);
    const { ref } = chain.blocks()[2]!;
    indexer.fail('notReady');
    expect(await deployment.holds(ref, signal)).toBe(true);
    expect(await deployment.holds({ ...ref, number: 1n }, signal)).toBe(false);
    onChain.fail(DOWN);
    await expect(deployment.holds(ref, signal)).rejects.toMatchObject({ code: 'BOTH_WAYS_FAILED' });
    indexer.fail(undefined);
    expect(await deployment.holds(ref, signal)).toBe(true);
    expect(await deployment.holds({ ...ref, number: 99n }, signal)).toBeUndefined();
    expect(feed.endpoints()).toEqual(onChain.endpoints());
  });
});

describe('a fallback feed whose indexer and chain come and go', { timeout: 180_000 }, () => {
  it('shows single branches alone, never goes back without a reorg, and returns to the indexer', async () => {
    const event = fc.record({
      next: fc.option(arbitraryChange, { nil: undefined }),
      lag: fc.nat(8),
      indexer: fc.constantFrom(undefined, undefined, 'notReady' as const, 'hangUp' as const),
      chainUp: fc.boolean(),
      waitMs: fc.nat(5_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 15 }), async (events) => {
        const { chain, indexer, onChain, feed, said, wait } = await createWorld();
        const deployment = await feed.open(REGISTRY, signal);
        const source = follower(deployment, chain);
        for (const { next, lag, indexer: fault, chainUp, waitMs } of events) {
          if (next !== undefined) change(chain, next);
          indexer.sync(lag);
          indexer.fail(fault);
          onChain.fail(chainUp ? undefined : DOWN);
          wait(waitMs);
          const before = source.tip();
          const result = await source.look().catch((error: unknown) => {
            if (!(error instanceof DinError)) throw error;
            if (error.code === 'REORG_TOO_DEEP') source.window = openWindow(emptySet(deployment.base), 30);
            else expect([error.code, chainUp]).toEqual(['BOTH_WAYS_FAILED', false]);
            return 'moved';
          });
          const stands = chain.blocks()[Number(before.number)]?.ref.hash === before.hash;
          if (chainUp && stands && result !== 'moved') {
            expect(source.tip().number).toBeGreaterThanOrEqual(before.number);
          }
          if (result === 'current' && feed.via() === 'chain') expect(source.tip()).toEqual(headOf(chain));
        }
        indexer.fail(undefined);
        onChain.fail(undefined);
        indexer.sync();
        wait(3_600_000);
        await source.look().catch(() => {
          source.window = openWindow(emptySet(deployment.base), 30);
        });
        for (let look = 0; look < 5; look++) await source.look();
        expect(source.tip()).toEqual(headOf(chain));
        expect(feed.via()).toBe('graphql');
        const kinds = said.map(([event]) => event);
        expect(kinds).toEqual(kinds.map((_, i) => (i % 2 ? 'graphql_source_back' : 'graphql_source_left')));
        await indexer.close();
        servers.splice(0);
      }),
      { numRuns: 30 },
    );
  });
});
