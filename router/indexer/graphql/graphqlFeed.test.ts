import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DinError } from '../../core/dinError.ts';
import { ms } from '../../core/units.ts';
import { opening } from '../../registry/events.arbitrary.ts';
import type { RegistryEvent } from '../../registry/events.ts';
import { plainAtBlock as plain } from '../../registry/naiveFold.fixture.ts';
import { emptySet } from '../../registry/providerSet.ts';
import type { FeedStep } from '../eventFeed.ts';
import { newest, openWindow } from '../reorgWindow.ts';
import { createGraphqlFeed, type GraphqlDeployment, type GraphqlFeedOptions } from './graphqlFeed.ts';
import {
  CHAIN_ID,
  type Fault,
  type IndexerServer,
  type IndexerServerOptions,
  REGISTRY,
  startIndexerServer,
  VAULT,
} from './indexerServer.fixture.ts';
import {
  arbitraryChange,
  change,
  createModelChain,
  type ModelChain,
  manyBlocks,
} from './modelChain.fixture.ts';

const { signal } = new AbortController();
const servers: IndexerServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function indexerOf(
  chain: ModelChain,
  options: Partial<IndexerServerOptions> = {},
): Promise<IndexerServer> {
  const server = await startIndexerServer({ chain, ...options });
  servers.push(server);
  return server;
}

function open({ url }: IndexerServer, options: Partial<GraphqlFeedOptions> = {}): Promise<GraphqlDeployment> {
  return createGraphqlFeed({ url, ...options }).open(REGISTRY, signal);
}

/** A source's window without its waiting; each step is held against the branch that it says it is of. */
function follower(deployment: GraphqlDeployment, chain: ModelChain, depth = 10) {
  const opened = () => openWindow(emptySet(deployment.base), depth);
  const follower = {
    window: opened(),
    steps: [] as FeedStep[],
    reload() {
      follower.window = opened();
    },
    async look(options: Partial<Parameters<GraphqlDeployment['advance']>[0]> = {}) {
      const { window } = follower;
      return await deployment.advance({ window, signal, onStep: follower.onStep, ...options });
    },
    onStep(step: FeedStep) {
      const set = newest(step.window);
      expect(plain(set)).toEqual(plain(chain.setAt(set.block.hash)));
      follower.window = step.window;
      follower.steps.push(step);
    },
    numbers: () => follower.steps.map(({ window }) => Number(newest(window).block.number)),
  };
  return follower;
}

function headOf(chain: ModelChain) {
  return chain.blocks().at(-1)!.ref;
}

/** A chain with a few blocks, an indexer that has them, and a window that is up to date. */
async function upToDate(depth = 10, options: Partial<IndexerServerOptions> = {}) {
  const chain = createModelChain();
  chain.mine(opening, [], [opening[0]!], []);
  const indexer = await indexerOf(chain, options);
  const deployment = await open(indexer);
  const source = follower(deployment, chain, depth);
  expect(await source.look()).toBe('current');
  source.steps.length = 0;
  return { chain, indexer, deployment, source };
}

describe('a GraphQL feed whose indexer changes between any two reads', { timeout: 180_000 }, () => {
  it('shows nothing but the folds of single branches, and ends with that of the last', async () => {
    const changeWhile = fc.record({
      quiet: fc.nat(6),
      next: arbitraryChange,
      lag: fc.nat(3),
      inPieces: fc.boolean(),
      after: fc.constantFrom('stay', 'stay', 'restart', 'goBack'),
    });
    await fc.assert(
      fc.asyncProperty(
        manyBlocks,
        fc.array(changeWhile, { maxLength: 10 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 60 }),
        async (first, changes, depth, pageSize, keep) => {
          const chain = createModelChain();
          chain.mine(opening, ...first);
          const queue: (() => void)[] = [];
          const beforeRead = () => queue.shift()?.();
          const indexer = await startIndexerServer({ chain, keep, beforeRead });
          try {
            const source = follower(await open(indexer, { pageSize }), chain, depth);
            for (const { quiet, next, lag, inPieces, after } of changes) {
              let before = chain.blocks();
              queue.push(...Array.from({ length: quiet }, () => () => undefined));
              queue.push(() => {
                before = chain.blocks();
                change(chain, next);
              });
              queue.push(...(inPieces ? indexer.syncInPieces(lag) : [() => indexer.sync(lag)]));
              if (after === 'restart')
                queue.push(() => indexer.restart(Math.max(1, chain.blocks().length - depth)));
              if (after === 'goBack') queue.push(() => chain.goBackTo(before), ...indexer.syncInPieces(0));
            }
            for (let looks = 0; looks < 200; looks++) {
              const quiet = queue.length === 0;
              if (quiet) indexer.sync();
              const result = await source.look().catch((error: unknown) => {
                if (!(error instanceof DinError)) throw error;
                const { code } = error;
                if (code === 'REORG_TOO_DEEP') return source.reload();
                // While an indexer starts again it knows less than before.
                if (!quiet && code === 'INDEXER_NOT_READY') return;
                expect(code).toBe('INDEXER_CANNOT_TELL');
                if (quiet) source.reload();
              });
              if (quiet && result === 'current') break;
            }
            expect(newest(source.window).block).toEqual(headOf(chain));
            const numbers = [...source.window.steps].map(({ block }) => Number(block.number));
            expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
          } finally {
            await indexer.close();
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a GraphQL feed', () => {
  it('says what the deployment is', async () => {
    const { chain, deployment } = await upToDate();
    expect(deployment).toMatchObject({ chainId: CHAIN_ID, registry: REGISTRY, vault: VAULT });
    expect(deployment.base).toEqual(chain.blocks()[0]!.ref);
    expect(deployment.head()).toBe(4n);
  });

  it('asks once when nothing is new, and three times for new blocks', async () => {
    const { chain, indexer, source } = await upToDate();
    const before = indexer.requests();
    expect(await source.look()).toBe('current');
    expect(indexer.requests() - before).toBe(1);
    chain.mine([], [opening[0]!]);
    indexer.sync();
    expect(await source.look()).toBe('current');
    expect(indexer.requests() - before).toBe(4);
    expect(source.numbers()).toEqual([5, 6]);
    expect(source.steps.map(({ events, head }) => [events, head])).toEqual([
      [0, 6n],
      [1, 6n],
    ]);
  });

  it('shows a long load page by page, at blocks that have events, however many one block has', async () => {
    const chain = createModelChain();
    const [event] = opening;
    const quiet = Array.from({ length: 30 }, () => []);
    chain.mine([event!], [event!], Array(9).fill(event), [event!, event!], ...quiet);
    const source = follower(await open(await indexerOf(chain), { pageSize: 2 }), chain);
    expect(await source.look()).toBe('current');
    expect(source.numbers().slice(0, 4)).toEqual([1, 2, 3, 19]);
    expect(newest(source.window).block).toEqual(headOf(chain));
  });

  it('reads again when the branch was left and taken up again in between', async () => {
    const reads: (() => void)[] = [];
    const { chain, indexer, source } = await upToDate(10, { beforeRead: () => reads.shift()?.() });
    chain.mine([opening[0]!]);
    indexer.sync();
    const branch = chain.blocks();
    const [deployment, heads, held] = [() => {}, () => {}, () => {}];
    const events = () => {
      chain.reorg(1, [opening[1]!]);
      indexer.sync();
    };
    const confirmation = () => {
      chain.goBackTo(branch);
      indexer.sync();
    };
    reads.push(deployment, heads, held, events, confirmation);
    expect(await source.look()).toBe('moved');
    expect(source.steps).toEqual([]);
    expect(await source.look()).toBe('current');
    expect(source.numbers()).toEqual([5, 6]);
  });

  it('undoes the blocks that a reorg took, and no more', async () => {
    const { chain, indexer, source } = await upToDate();
    chain.reorg(2, [], [opening[1]!], []);
    indexer.sync();
    expect(await source.look()).toBe('current');
    expect(source.numbers()).toEqual([2, 3, 4, 5]);
  });

  it('says so when no step of the window is left', async () => {
    const { chain, indexer, source } = await upToDate(1);
    chain.reorg(4, [], [], [], [], []);
    indexer.sync();
    await expect(source.look()).rejects.toMatchObject({ code: 'REORG_TOO_DEEP' });
    expect(source.steps).toEqual([]);
  });

  it('keeps the window while the indexer is behind, and knows a reorg by a block that is another', async () => {
    const { chain, indexer, source } = await upToDate();
    indexer.sync(2);
    expect(await source.look()).toBe('behind');
    expect(source.steps).toEqual([]);
    chain.reorg(2, []);
    indexer.sync();
    expect(await source.look()).toBe('current');
    expect(source.numbers()).toEqual([2, 3]);
  });

  it('does not follow the indexer on a branch that the chain has left', async () => {
    const { chain, indexer, source } = await upToDate();
    const tip = headOf(chain);
    chain.reorg(1, [], []);
    indexer.sync();
    const asked: unknown[] = [];
    const mayLeave = async (block: unknown) => {
      asked.push(block);
      return false;
    };
    await expect(source.look({ mayLeave })).rejects.toMatchObject({ code: 'INDEXER_FORKED' });
    expect(asked).toEqual([tip]);
    expect(source.steps).toEqual([]);
  });

  it('builds again, unseen, on the newest step that an indexer still knows when it has dropped newer ones', async () => {
    const { chain, indexer, source } = await upToDate(10, { keep: 1 });
    chain.mine([], []);
    indexer.sync();
    expect(await source.look({ mayLeave: () => expect.fail('nothing says that a branch was left') })).toBe(
      'current',
    );
    expect(source.numbers()).toEqual([6]);
    expect(newest(source.window).block).toEqual(headOf(chain));
  });

  it('does not take a block for held that was left and then dropped, however old it is', async () => {
    const { chain, indexer, source } = await upToDate(3, { keep: 1 });
    chain.mine([opening[2]!], []);
    indexer.sync();
    await source.look();
    chain.reorg(2, ...Array.from({ length: 10 }, () => []));
    indexer.sync();
    expect(await source.look()).toBe('current');
    expect(newest(source.window).block).toEqual(headOf(chain));
  });

  it('cannot tell when the indexer knows no step of the window any more', async () => {
    const { chain, indexer, deployment } = await upToDate(10, { keep: 1 });
    const source = follower(deployment, chain);
    source.window = openWindow(chain.setAt(chain.blocks()[2]!.ref.hash), 10);
    chain.mine([], []);
    indexer.sync();
    await expect(source.look()).rejects.toMatchObject({ code: 'INDEXER_CANNOT_TELL' });
  });

  it('tells of a block whether the chain holds it, or that it does not know', async () => {
    const { chain, indexer, deployment } = await upToDate(10, { keep: 1 });
    const { ref: kept } = chain.blocks()[3]!;
    const { ref: dropped } = chain.blocks()[2]!;
    expect(await deployment.holds(kept, signal)).toBe(true);
    expect(await deployment.holds({ ...kept, hash: dropped.hash }, signal)).toBe(false);
    expect(await deployment.holds(dropped, signal)).toBeUndefined();
    expect(await deployment.holds({ ...kept, number: 99n }, signal)).toBeUndefined();
    expect(indexer.requests()).toBeGreaterThan(4);
  });

  it('refuses an indexer of another chain, and one that does not index the registry', async () => {
    const { indexer } = await upToDate();
    await expect(open(indexer, { chainId: 1 })).rejects.toMatchObject({
      code: 'INDEXER_OF_OTHER_CHAIN',
    });
    const { url } = indexer;
    await expect(createGraphqlFeed({ url }).open(VAULT, signal)).rejects.toMatchObject({
      code: 'REGISTRY_NOT_INDEXED',
    });
  });

  it('waits for an indexer that has not indexed a block yet', async () => {
    const indexer = await indexerOf(createModelChain());
    await expect(open(indexer)).rejects.toMatchObject({ code: 'INDEXER_NOT_READY' });
  });

  it.each<[Fault, string]>([
    ['hangUp', 'INDEXER_UNAVAILABLE'],
    ['notReady', 'INDEXER_UNAVAILABLE'],
    ['refuse', 'INDEXER_UNAVAILABLE'],
    ['noJson', 'INDEXER_UNAVAILABLE'],
    ['tooLong', 'INDEXER_UNAVAILABLE'],
    ['malformed', 'MALFORMED_INDEXER_ANSWER'],
  ])('fails, shows no URL and keeps the window when the indexer does "%s"', async (fault, code) => {
    const { chain, indexer, source } = await upToDate();
    chain.mine([]);
    indexer.sync();
    indexer.fail(fault);
    const error = await source.look().catch((error: unknown) => error);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toMatch(/secret|https?:|127\.0\.0\.1/);
    expect(String(error).length).toBeLessThan(300);
    expect(source.steps).toEqual([]);
    indexer.fail(undefined);
    expect(await source.look()).toBe('current');
  });

  it('gives up an indexer that hangs', async () => {
    const { indexer } = await upToDate();
    indexer.fail('hang');
    await expect(open(indexer, { timeoutMs: ms(50) })).rejects.toMatchObject({ code: 'INDEXER_UNAVAILABLE' });
  });

  it('ends with the reason that it is told', async () => {
    const { indexer, source } = await upToDate();
    indexer.fail('hang');
    const abort = new AbortController();
    const look = source.look({ signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(look).rejects.toThrow('enough');
  });

  it('leaves out events of a kind that it does not know, and fails on one that is malformed', async () => {
    const { chain, indexer, source } = await upToDate();
    chain.mine([{ ...opening[0], type: 'courtChanged' } as unknown as RegistryEvent]);
    indexer.sync();
    expect(await source.look()).toBe('current');
    expect(source.steps.map(({ events }) => events)).toEqual([0]);
    chain.mine([{ type: 'stakeChanged', provider: VAULT, tokens: -1n, blockNumber: 0n, logIndex: 0 }]);
    indexer.sync();
    await expect(source.look()).rejects.toMatchObject({ code: 'MALFORMED_EVENT' });
    expect(source.steps).toHaveLength(1);
  });
});
