import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { NETWORKS, opening, PROVIDERS } from '../registry/events.arbitrary.ts';
import type { RegistryEvent } from '../registry/events.ts';
import { type Address, isActive, type NetworkKey } from '../registry/providerSet.ts';
import type { ProviderSource } from '../registry/providerSource.ts';
import type { Checkpoint } from './checkpoint/checkpoint.ts';
import { openCheckpoint } from './checkpoint/openCheckpoint.ts';
import type { EventFeed } from './eventFeed.ts';
import { createFollowingSource, type FollowingSourceOptions } from './followingSource.ts';
import { arbitraryChange, change, createModelChain, type ModelChain } from './graphql/modelChain.fixture.ts';
import { createModelFeed, type ModelFeed } from './graphql/modelFeed.fixture.ts';

const REGISTRY: Address = '0x00000000000000000000000000000000000000A1';
const NEXT_REGISTRY: Address = '0x00000000000000000000000000000000000000A2';
const [alice, bob] = PROVIDERS as [Address, Address];
const [mainnet] = NETWORKS as [NetworkKey];
const WITHIN = { timeout: 20_000, interval: 1 };

const at = { blockNumber: 0n, logIndex: 0 };
const serving: readonly RegistryEvent[] = [
  ...opening,
  {
    ...{ type: 'serviceAdded', provider: alice, network: mainnet, serviceId: 1, url: 'https://a.example' },
    ...{ capabilities: 1, minStake: 1n, ...at },
  },
];
const bobServes: RegistryEvent = {
  ...{ type: 'serviceAdded', provider: bob, network: mainnet, serviceId: 2, url: 'https://b.example' },
  ...{ capabilities: 1, minStake: 1n, ...at },
};
const paused: RegistryEvent = { type: 'servicePaused', provider: alice, network: mainnet, ...at };
const replaced: RegistryEvent = { type: 'registryReplaced', successor: NEXT_REGISTRY, ...at };

const sources: ProviderSource[] = [];
const directories: string[] = [];

afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.stop()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

function sourceOf(feed: EventFeed, options: Partial<FollowingSourceOptions> = {}): ProviderSource {
  const source = createFollowingSource({ feed, registry: REGISTRY, pollIntervalMs: 1, ...options });
  sources.push(source);
  return source;
}

/** A log's errors by their names. */
function noteErrors() {
  const errors: string[] = [];
  return {
    errors,
    logger: { info() {}, warn() {}, error: (_: object, event: string) => errors.push(event) },
  };
}

const start = (source: ProviderSource) => source.start(new AbortController().signal);

async function atHead(source: ProviderSource, chain: ModelChain): Promise<void> {
  await expect.poll(() => source.current()?.block.hash, WITHIN).toBe(chain.blocks().at(-1)?.ref.hash);
}

/** A checkpoint's file that outlives its source. */
function checkpointFile(): (registry: Address) => Checkpoint {
  const directory = mkdtempSync(join(tmpdir(), 'din-following-'));
  directories.push(directory);
  const silent = { info() {}, warn() {}, error() {} };
  return (registry) =>
    openCheckpoint({
      path: join(directory, `${registry}.sqlite`),
      identity: { chainId: 31337, registry },
      logger: silent,
      clock: systemClock,
    });
}

/** Saves the chain's set of `depth` blocks ago, as a source that ended at the head would have. */
async function runOnce(chain: ModelChain, openFile: (registry: Address) => Checkpoint, reorgDepth: number) {
  const source = sourceOf(createModelFeed(chain), { openCheckpoint: openFile, reorgDepth });
  await start(source);
  await atHead(source, chain);
  await source.stop();
}

/** Tells so many steps, and fails from then on. */
function limitedFeed(inner: EventFeed, allowed: number) {
  let left = allowed;
  const feed: EventFeed = {
    ...inner,
    async open(registry, signal) {
      const deployment = await inner.open(registry, signal);
      return {
        ...deployment,
        advance: ({ onStep, ...args }) =>
          deployment.advance({
            ...args,
            onStep(step) {
              if (left === 0) throw new Error('down');
              left -= 1;
              onStep(step);
            },
          }),
      };
    },
  };
  const allow = (more: number) => {
    left += more;
  };
  return { feed, allow };
}

describe('a following source', () => {
  it('shows nothing of a reorg but the new branch from where it is longer, or ends', async () => {
    const chain = createModelChain();
    chain.mine(serving, [], [], []);
    const source = sourceOf(createModelFeed(chain));
    await start(source);
    const shown: bigint[] = [];
    source.onChange((set) => shown.push(set.block.number));
    chain.reorg(2, [], [], [], []);
    await atHead(source, chain);
    expect(shown).toEqual([5n, 6n]);
    chain.reorg(2, [], []);
    await atHead(source, chain);
    expect(shown).toEqual([5n, 6n, 6n]);
  });

  it('says once that its feed is behind', async () => {
    const chain = createModelChain();
    chain.mine(serving);
    const inner = createModelFeed(chain);
    let looks = 0;
    let isBehind = false;
    const feed: EventFeed = {
      ...inner,
      async open(registry, signal) {
        const deployment = await inner.open(registry, signal);
        return {
          ...deployment,
          async advance(args) {
            looks += 1;
            return isBehind ? 'behind' : await deployment.advance(args);
          },
        };
      },
    };
    const warnings: string[] = [];
    const logger = { info() {}, error() {}, warn: (_: object, event: string) => warnings.push(event) };
    const source = sourceOf(feed, { logger });
    await start(source);
    isBehind = true;
    const before = looks;
    await expect.poll(() => looks, WITHIN).toBeGreaterThan(before + 3);
    expect(warnings).toEqual(['settlement_endpoint_behind']);
    expect(source.status().state).toBe('live');
  });

  it('shows nothing but folds of a branch, whatever the chain and the feed do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 4, arbitrary: arbitraryChange }, fc.constant('fail' as const)), {
          maxLength: 15,
        }),
        fc.integer({ min: 0, max: 6 }),
        async (changes, reorgDepth) => {
          const chain = createModelChain();
          chain.mine(serving);
          const feed = createModelFeed(chain);
          const source = sourceOf(feed, { reorgDepth });
          const check = () => {
            const set = source.current();
            if (set !== undefined) expect(set.active).toEqual(chain.setAt(set.block.hash).active);
          };
          source.onChange(check);
          await start(source);
          for (const one of changes) {
            if (one === 'fail') feed.fail(new Error('down'));
            else change(chain, one);
            await new Promise((resolve) => setImmediate(resolve));
            feed.fail(undefined);
          }
          await atHead(source, chain);
          check();
          await source.stop();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('goes through failures of its feed with the last set in hand', async () => {
    const chain = createModelChain();
    chain.mine(serving);
    const feed = createModelFeed(chain);
    const source = sourceOf(feed);
    await start(source);
    feed.fail(new Error('down'));
    await expect.poll(() => source.status().state, WITHIN).toBe('stale');
    expect(source.status().lastError).toBe('down');
    expect(source.current()?.providers.size).toBe(3);
    chain.mine([paused]);
    feed.fail(undefined);
    await atHead(source, chain);
    await expect.poll(() => source.status(), WITHIN).toMatchObject({ state: 'live', lastError: undefined });
  });
});

describe('a checkpoint', () => {
  it('is served while nobody answers, and followed on from when somebody does', async () => {
    const chain = createModelChain();
    chain.mine(serving, [], [], []);
    const openFile = checkpointFile();
    await runOnce(chain, openFile, 2);
    const feed = createModelFeed(chain);
    feed.fail(new Error('down'));
    const source = sourceOf(feed, { openCheckpoint: openFile, reorgDepth: 2 });
    await start(source);
    expect(source.status()).toMatchObject({ state: 'stale', via: 'checkpoint', lastError: 'down' });
    expect(source.current()?.block.number).toBe(2n);
    chain.mine([paused]);
    feed.fail(undefined);
    await atHead(source, chain);
    await expect.poll(() => source.status(), WITHIN).toMatchObject({ state: 'live', via: 'chain' });
  });

  it('is served while the feed hangs', async () => {
    const chain = createModelChain();
    chain.mine(serving, [], [], []);
    const openFile = checkpointFile();
    await runOnce(chain, openFile, 2);
    const hanging: EventFeed = { ...createModelFeed(chain), open: () => new Promise(() => undefined) };
    const source = sourceOf(hanging, { openCheckpoint: openFile });
    await start(source);
    expect(source.status()).toMatchObject({ state: 'stale', via: 'checkpoint' });
    expect(isActive(source.current()!, alice, mainnet)).toBe(true);
  });

  it('is set aside, loudly, when the chain does not hold its block', async () => {
    const chain = createModelChain();
    chain.mine(serving, [], [], []);
    const openFile = checkpointFile();
    await runOnce(chain, openFile, 2);
    chain.reorg(10, [...serving, paused], [], [], [], []);
    const { errors, logger } = noteErrors();
    const source = sourceOf(createModelFeed(chain), { openCheckpoint: openFile, reorgDepth: 2, logger });
    const shown: boolean[] = [];
    source.onChange((set) => shown.push(isActive(set, alice, mainnet)));
    await start(source);
    await atHead(source, chain);
    expect(errors).toEqual(['checkpoint_not_on_chain']);
    expect(shown).not.toContain(true);
    await source.stop();
    const again = openFile(REGISTRY);
    expect(again.load()?.block).toEqual(chain.blocks()[3]?.ref);
    again.close();
  });

  it('lets an interrupted load go on, and shows nothing half-built in the meantime', async () => {
    const chain = createModelChain();
    chain.mine(serving, [], [], [], [paused]);
    const openFile = checkpointFile();
    const broken = limitedFeed(createModelFeed(chain), 3);
    const first = sourceOf(broken.feed, { openCheckpoint: openFile, reorgDepth: 0 });
    const loading = start(first);
    await expect.poll(() => first.status().lastError, WITHIN).toBe('down');
    await Promise.all([expect(loading).rejects.toMatchObject({ code: 'SOURCE_STOPPED' }), first.stop()]);

    const dead = limitedFeed(createModelFeed(chain), 0);
    const second = sourceOf(dead.feed, { openCheckpoint: openFile, reorgDepth: 0 });
    const shown: bigint[] = [];
    second.onChange((set) => shown.push(set.block.number));
    const started = start(second);
    await expect.poll(() => second.status().lastError, WITHIN).toBe('down');
    dead.allow(2);
    await started;
    expect(shown).toEqual([5n]);
  });

  it('of a whole set is told by its age until the head is reached', async () => {
    const chain = createModelChain();
    chain.mine(serving, [], [], []);
    const openFile = checkpointFile();
    await runOnce(chain, openFile, 0);
    chain.mine([], [], []);
    const broken = limitedFeed(createModelFeed(chain), 1);
    const source = sourceOf(broken.feed, { openCheckpoint: openFile, reorgDepth: 0 });
    await start(source);
    // Years, by the timestamps of model blocks.
    expect(source.status().ageMs).toBeGreaterThan(1e9);
    expect(source.status().state).toBe('stale');
    broken.allow(100);
    await atHead(source, chain);
    await expect.poll(() => source.status().state, WITHIN).toBe('live');
    expect(source.status().ageMs).toBeLessThan(1e9);
  });

  it('holds nothing that a reorg can undo', async () => {
    const chain = createModelChain();
    chain.mine(serving, [], []);
    const openFile = checkpointFile();
    await runOnce(chain, openFile, 50);
    const file = openFile(REGISTRY);
    expect(file.load()).toBeUndefined();
    file.close();
  });
});

describe('a registry that was replaced', () => {
  function twoRegistries() {
    const chains = { old: createModelChain(), next: createModelChain() };
    const feeds = new Map<Address, ModelFeed>([
      [REGISTRY, createModelFeed(chains.old)],
      [NEXT_REGISTRY, createModelFeed(chains.next)],
    ]);
    const [old] = feeds.values();
    const feed: EventFeed = {
      ...old!,
      open: (registry, signal) => feeds.get(registry)!.open(registry, signal),
    };
    // Another branch: its blocks have other hashes.
    chains.next.reorg(0);
    chains.old.mine(serving);
    return { ...chains, feed, nextFeed: feeds.get(NEXT_REGISTRY)! };
  }

  it('hands over when as many services are active at its successor as are left', async () => {
    const { old, next, feed } = twoRegistries();
    old.mine([bobServes]);
    const source = sourceOf(feed);
    await start(source);
    old.mine([replaced]);
    await expect.poll(() => source.current()?.successor, WITHIN).toBe(NEXT_REGISTRY);
    next.mine(opening);
    old.mine([]);
    await atHead(source, old);
    expect(source.status().registry).toBe(REGISTRY);
    // One of two has moved, but has left nothing yet.
    next.mine(serving);
    old.mine([]);
    await atHead(source, old);
    expect(source.status().registry).toBe(REGISTRY);
    old.mine([paused]);
    await atHead(source, next);
    expect(source.current()?.successor).toBeUndefined();
    expect(source.status().registry).toBe(NEXT_REGISTRY);
    // Even with nobody left it stays in force: who left it did so for a reason.
    next.mine([paused]);
    await atHead(source, next);
    expect(isActive(source.current()!, alice, mainnet)).toBe(false);
  });

  it('is in force again when a reorg takes its replacement back', async () => {
    const { old, next, feed } = twoRegistries();
    const { errors, logger } = noteErrors();
    const source = sourceOf(feed, { logger });
    await start(source);
    next.mine(serving);
    old.mine([replaced]);
    await atHead(source, next);
    old.reorg(1, [], [paused]);
    await atHead(source, old);
    expect(errors).toEqual(['registry_replaced', 'registry_replacement_undone']);
  });

  it('stays in force while its successor cannot be followed, and says so', async () => {
    const { old, next, feed, nextFeed } = twoRegistries();
    const { errors, logger } = noteErrors();
    nextFeed.fail(new Error('no registry there'));
    const source = sourceOf(feed, { logger });
    await start(source);
    old.mine([replaced]);
    await atHead(source, old);
    await expect.poll(() => errors, WITHIN).toEqual(['registry_replaced', 'registry_successor_not_followed']);
    old.mine([paused]);
    await atHead(source, old);
    expect(source.status().state).toBe('live');
    next.mine(serving);
    nextFeed.fail(undefined);
    await atHead(source, next);
  });

  it('goes on being followed while the whole history of its successor is read', async () => {
    const { old, next, feed, nextFeed } = twoRegistries();
    next.mine(serving);
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
    const slow: EventFeed = {
      ...feed,
      async open(registry, signal) {
        if (registry === NEXT_REGISTRY) await gate;
        return await feed.open(registry, signal);
      },
    };
    const source = sourceOf(slow);
    await start(source);
    old.mine([replaced]);
    await atHead(source, old);
    old.mine([paused]);
    await atHead(source, old);
    expect(nextFeed.looks()).toBe(0);
    openGate();
    await atHead(source, next);
  });

  it('does not come back while its successor, in force, fails or is read anew', async () => {
    const { old, next, feed, nextFeed } = twoRegistries();
    const source = sourceOf(feed, { reorgDepth: 2 });
    await start(source);
    old.mine([replaced]);
    next.mine(serving, [], [], []);
    await atHead(source, next);
    const shown = new Set<Address | undefined>();
    source.onChange((set) => shown.add(set.successor));
    nextFeed.fail(new Error('down'));
    await expect.poll(() => source.status().state, WITHIN).toBe('stale');
    // Deeper than its window.
    next.reorg(4, serving, [], [], [], []);
    nextFeed.fail(undefined);
    await atHead(source, next);
    old.mine([], []);
    next.mine([]);
    await atHead(source, next);
    expect(source.status()).toMatchObject({ state: 'live', registry: NEXT_REGISTRY });
    expect(shown).toEqual(new Set([undefined]));
  });

  it('hands over to the successor of one that nobody moved to', async () => {
    const { old, next, feed, nextFeed } = twoRegistries();
    const last = createModelChain();
    last.reorg(0);
    last.reorg(0);
    last.mine(serving);
    const lastFeed = createModelFeed(last);
    const LAST_REGISTRY: Address = '0x00000000000000000000000000000000000000A3';
    const source = sourceOf({
      ...feed,
      open: (registry, signal) =>
        registry === LAST_REGISTRY ? lastFeed.open(registry, signal) : feed.open(registry, signal),
    });
    await start(source);
    old.mine([replaced]);
    next.mine([{ type: 'registryReplaced', successor: LAST_REGISTRY, ...at }]);
    await atHead(source, last);
    expect(source.status().registry).toBe(LAST_REGISTRY);
    expect(nextFeed.looks()).toBeGreaterThan(0);
  });

  it('that names a predecessor does not send its readers round in circles', async () => {
    const { old, next, feed } = twoRegistries();
    const source = sourceOf(feed);
    await start(source);
    old.mine([replaced]);
    next.mine([...serving, { type: 'registryReplaced', successor: REGISTRY, ...at }]);
    await atHead(source, next);
    next.mine([paused]);
    await atHead(source, next);
  });

  it('is followed on by who has business with it alone, and is told of once', async () => {
    const { old, next, feed } = twoRegistries();
    const { errors, logger } = noteErrors();
    const source = sourceOf(feed, { logger, followSuccessors: false });
    await start(source);
    next.mine(serving);
    old.mine([replaced]);
    await atHead(source, old);
    old.mine([paused]);
    await atHead(source, old);
    expect(errors).toEqual(['registry_replaced']);
  });

  it('is known as replaced from its checkpoint, while nobody answers', async () => {
    const { old, next, feed } = twoRegistries();
    old.mine([replaced], [], [], []);
    next.mine(serving, [], [], []);
    const openFile = checkpointFile();
    const first = sourceOf(feed, { openCheckpoint: openFile, reorgDepth: 2 });
    await start(first);
    await atHead(first, next);
    await first.stop();
    const dead: EventFeed = { ...feed, open: () => Promise.reject(new Error('down')) };
    const source = sourceOf(dead, { openCheckpoint: openFile, reorgDepth: 2 });
    await start(source);
    expect(source.current()?.block).toEqual(next.blocks()[2]?.ref);
  });
});
