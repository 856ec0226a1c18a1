import type { Hex } from 'viem';
import { expect } from 'vitest';
import { plainAtBlock as plain } from '../../router/registry/naiveFold.fixture.ts';
import type { ProviderSet } from '../../router/registry/providerSet.ts';
import type { ProviderSource } from '../../router/registry/providerSource.ts';
import type { Stage } from '../fixtures/registryHistory.ts';
import { CAST_SIZE } from '../fixtures/registryHistoryActions.ts';
import { type Cast, type CastSize, createCast, openForBusiness } from '../fixtures/registryHistoryCast.ts';
import { expectIndexIsScan, expectPlausibleOrder, expectTruths } from './expectations.ts';
import { createJournal, type Journal } from './journal.ts';
import { createSubject, type Subject } from './subject.ts';
import type { OpenOptions, World } from './world.ts';

// A limit for a machine under load, never waited for when all is well.
export const WITHIN = { timeout: 60_000, interval: 10 };

// anvil_reorg of anvil 1.7.1 loses all contracts on chains of more than about 800 blocks.
const LAST_BEGINNING = 500n;

// No reorg here is that deep, and no file is damaged.
const BEGUN_ANEW = ['settlement_reorg_too_deep', 'checkpoint_not_on_chain', 'checkpoint_set_aside'];

/** A history in its world, and the source that follows it. */
export interface Scene extends Stage {
  readonly world: World;
  readonly journal: Journal;
  readonly subject: Subject;
  /** Whether there is a way from the source to the chain. */
  isReachable(): boolean;
  mendAll(): void;
  /**
   * Makes ready for blocks to go. An indexer waits first until it has read them: Ponder asks a minute long for a block
   * that went while it read it, and nobody here waits for that.
   */
  keep(blocks: number): Promise<void>;
  /** The subject's set, once it is at the chain's head. */
  atHead(): Promise<ProviderSet>;
  /** All that was shown since the last time is what the contracts said; it is at the head if there is a way. */
  check(): Promise<void>;
  /**
   * All is mended: the subject is live and goes its own way again, and sources that begin from nothing say the same to
   * the last value.
   */
  checkAll(): Promise<void>;
  stop(): Promise<void>;
}

export interface SceneMaker {
  /** The world, which `begin` would make as well. */
  prepare(): Promise<void>;
  /** A history with a cast of its own, open for business. */
  begin(size?: CastSize): Promise<Scene>;
  stop(): Promise<void>;
}

/** Histories one after the other in one world, for as long as that is good. */
export function createSceneMaker(createWorld: () => Promise<World>): SceneMaker {
  let place: { readonly world: World; readonly journal: Journal } | undefined;
  let scenes = 0;

  async function findPlace() {
    if (place !== undefined && (await place.world.chain.client.getBlockNumber()) > LAST_BEGINNING) {
      await place.world.stop();
      place = undefined;
    }
    if (place === undefined) {
      const world = await createWorld();
      place = { world, journal: createJournal(world.chain) };
    }
    return place;
  }

  return {
    async prepare() {
      await findPlace();
    },
    async begin(size = CAST_SIZE) {
      const { world, journal } = await findPlace();
      const cast = createCast(`h${scenes}`, size);
      scenes += 1;
      await openForBusiness(world.chain, cast);
      journal.begin(cast);
      // Or it would show blocks that went before this history began.
      await indexerAtHead(world, await journal.note());
      world.logged.length = 0;
      world.asked.length = 0;
      return createScene(world, journal, cast);
    },
    async stop() {
      await place?.world.stop();
    },
  };
}

async function indexerAtHead({ indexer }: World, head: Hex): Promise<void> {
  if (indexer === undefined) return;
  await expect
    .poll(() => indexer.tip(), WITHIN)
    .toBe(head)
    .catch((error) => expect.fail(`${error.message}: ${indexer.describe()}`));
}

function createScene(world: World, journal: Journal, cast: Cast): Scene {
  const { chain, lines, indexer } = world;
  const subject = createSubject(() => world.openSource());
  const extras: ProviderSource[] = [];
  /** Sets of each run that were found right. */
  const checked = new Map<number, number>();
  const isReachable = () => lines.some((line) => line.isOpen());

  async function atHead(source: ProviderSource = subject.source()): Promise<ProviderSet> {
    const head = await journal.note();
    await expect
      .poll(() => source.current()?.block.hash, WITHIN)
      .toBe(head)
      .catch((error) => expect.fail(`${error.message}: ${describe(source)}`));
    return source.current() ?? expect.fail('there is no set');
  }

  async function check(): Promise<void> {
    if (isReachable()) await atHead();
    else await journal.note();
    for (const [index, { sets }] of subject.runs().entries()) {
      const from = checked.get(index) ?? 0;
      const fresh = sets.slice(from);
      checked.set(index, from + fresh.length);
      expectPlausibleOrder(sets.slice(Math.max(0, from - 1), from + fresh.length), journal);
      await expectTruths(fresh, cast, journal);
      for (const set of fresh) expectIndexIsScan(set, cast);
    }
  }

  /** Without a checkpoint. */
  async function loadAfresh(options: OpenOptions): Promise<ProviderSet> {
    const source = world.openSource({ ...options, checkpoint: false });
    extras.push(source);
    await source
      .start(AbortSignal.timeout(WITHIN.timeout))
      .catch((error) => expect.fail(`${error.message}: ${describe(source)}`));
    const set = await atHead(source);
    await source.stop();
    return set;
  }

  async function keep(blocks: number): Promise<void> {
    await indexerAtHead(world, await journal.note());
    await journal.keep(blocks);
  }

  /** Why it is not where it should be. */
  function describe(source: ProviderSource): string {
    const block = source.current()?.block;
    const whole = {
      ...source.status(),
      block,
      logged: world.logged.slice(-10),
      indexer: indexer?.describe(),
    };
    return JSON.stringify(whole, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  }

  function mendAll(): void {
    for (const line of lines) line.mend();
  }

  return {
    ...{ world, chain, cast, journal, subject, isReachable, mendAll, check, keep },
    atHead: () => atHead(),
    async checkAll() {
      mendAll();
      await check();
      await expect
        .poll(() => subject.source().status(), WITHIN)
        .toMatchObject({ state: 'live', lastError: undefined });
      await expect.poll(() => subject.source().status().via, WITHIN).toBe(world.kind);
      expect(world.logged.filter(({ event }) => BEGUN_ANEW.includes(event))).toEqual([]);
      for (const { started, source } of subject.runs()) if (source === subject.source()) await started;
      const set = plain(await atHead());
      for (const kind of new Set([world.kind, 'chain'] as const)) {
        expect(plain(await loadAfresh({ kind })), `loaded afresh by ${kind}`).toEqual(set);
      }
    },
    async stop() {
      mendAll();
      await Promise.all([subject.stop(), ...extras.map((source) => source.stop())]);
    },
  };
}
