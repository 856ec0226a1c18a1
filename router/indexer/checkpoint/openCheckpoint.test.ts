import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ms, unixSeconds } from '../../core/units.ts';
import { blockAt, NETWORKS, PROVIDERS } from '../../registry/events.arbitrary.ts';
import { plainAtBlock as plain } from '../../registry/naiveFold.fixture.ts';
import { networksInOrder } from '../../registry/networkOrder.ts';
import { activeServices, emptySet, type ProviderSet } from '../../registry/providerSet.ts';
import { advance, applyBlock, reduce } from '../../registry/reduce.ts';
import { arbitraryEvents, arbitrarySet } from './checkpoint.arbitrary.ts';
import type { CheckpointIdentity } from './checkpoint.ts';
import { checkpointPath } from './checkpointPath.ts';
import { openCheckpoint } from './openCheckpoint.ts';

const identity: CheckpointIdentity = {
  chainId: 31337,
  registry: '0x00000000000000000000000000000000000000aA',
};
const NOWHERE = { blockNumber: 0n, logIndex: 0 };

let dir: string;
let path: string;
let now = 0;
const logged: { readonly event: string; readonly reason?: string }[] = [];
const log = (values: object, event: string) => void logged.push({ ...values, event });
const logger = { info: log, warn: log, error: log };
const clock = { now: () => ms(0), unix: () => unixSeconds(now) };

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'din-checkpoint-'));
  path = checkpointPath(dir, identity);
  now = 1_800_000_000;
  logged.length = 0;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (of = identity) => openCheckpoint({ path, identity: of, logger, clock });

/** What a process finds that starts now. */
function reload(of = identity): ProviderSet | undefined {
  const checkpoint = open(of);
  const set = checkpoint.load();
  checkpoint.close();
  return set;
}

function save(...sets: ProviderSet[]): void {
  const checkpoint = open();
  for (const set of sets) checkpoint.save(set);
  checkpoint.close();
}

/** The set at block `number`: every provider's stake tells it. */
function setAt(number: number): ProviderSet {
  const events = PROVIDERS.map(
    (provider) => ({ type: 'stakeChanged', provider, tokens: BigInt(number), ...NOWHERE }) as const,
  );
  return applyBlock(emptySet(blockAt(0)), blockAt(number), events);
}

const aside = () => readdirSync(dir).filter((name) => name.includes('.aside-'));

describe('what was saved last is loaded', () => {
  test('after any history, saved at any of its blocks', () => {
    const step = fc.record({ events: arbitraryEvents, saved: fc.boolean(), reopened: fc.boolean() });
    fc.assert(
      fc.property(arbitrarySet, fc.array(step, { minLength: 1, maxLength: 6 }), (start, steps) => {
        let checkpoint = open();
        let set = start;
        let last: ProviderSet | undefined;
        for (const { events, saved, reopened } of steps) {
          set = applyBlock(set, blockAt(Number(set.block.number) + 1), events);
          if (saved) {
            checkpoint.save(set);
            last = set;
          }
          if (!reopened) continue;
          checkpoint.close();
          checkpoint = open();
          const loaded = checkpoint.load();
          expect(loaded && plain(loaded)).toEqual(last && plain(last));
          // As after a restart: goes on from what was loaded, or from the beginning.
          set = loaded ?? start;
        }
        checkpoint.close();
        rmSync(path);
        expect(logged).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('and goes on like the saved set: jails end, events apply, active services are the same ones', () => {
    fc.assert(
      fc.property(arbitrarySet, arbitraryEvents, (set, events) => {
        save(set);
        const loaded = reload()!;
        rmSync(path);
        const offers = (of: ProviderSet) => NETWORKS.map((network) => [...activeServices(of, network)]);
        for (const later of [1, 5, 10, 15, 20, 40]) {
          expect(offers(advance(loaded, blockAt(later)))).toEqual(offers(advance(set, blockAt(later))));
        }
        expect(networksInOrder(loaded)).toEqual(networksInOrder(set));
        const [next, other] = [loaded, set].map((from) => applyBlock(from, blockAt(2), events));
        expect(plain(next!)).toEqual(plain(other!));
      }),
      { numRuns: 60 },
    );
  });

  test('sets that share nothing with what is saved replace it whole', () => {
    fc.assert(
      fc.property(arbitrarySet, arbitrarySet, arbitraryEvents, (first, second, events) => {
        const bare = applyBlock(emptySet(blockAt(7)), blockAt(9), events);
        save(first, second, bare);
        expect(plain(reload()!)).toEqual(plain(bare));
        rmSync(path);
      }),
      { numRuns: 40 },
    );
  });

  test('nothing before the first save', () => {
    expect(reload()).toBeUndefined();
    expect(reload()).toBeUndefined();
    expect(logged).toEqual([]);
  });
});

test('a set from amid a load is known as such, until one that came to the head is saved', () => {
  const reopened = () => {
    const checkpoint = open();
    const found = [checkpoint.load()?.block.number, checkpoint.isHalfBuilt()];
    checkpoint.close();
    return found;
  };
  expect(reopened()).toEqual([undefined, false]);
  const checkpoint = open();
  checkpoint.save(setAt(1), true);
  expect(checkpoint.isHalfBuilt()).toBe(true);
  checkpoint.close();
  expect(reopened()).toEqual([1n, true]);
  save(setAt(1));
  expect(reopened()).toEqual([1n, false]);
});

test('a save writes only the rows that changed', () => {
  const set = setAt(1);
  save(set);
  const db = new DatabaseSync(path);
  db.exec(`CREATE TABLE written (key TEXT);
    CREATE TRIGGER note AFTER INSERT ON rows BEGIN INSERT INTO written VALUES (new.key); END;`);
  db.close();
  const checkpoint = open();
  const from = checkpoint.load()!;
  const changed = { type: 'metadataSet', provider: PROVIDERS[2]!, metadata: 'new', ...NOWHERE } as const;
  checkpoint.save(advance(from, blockAt(2)));
  checkpoint.save(reduce(advance(from, blockAt(2)), changed));
  checkpoint.close();
  const written = new DatabaseSync(path);
  expect(written.prepare('SELECT key FROM written').all()).toEqual([{ key: `provider/${PROVIDERS[2]}` }]);
  written.close();
});

test('the directory is made, and both are their owner’s alone', () => {
  path = join(dir, 'not', 'yet', 'checkpoint.sqlite');
  const checkpoint = open();
  checkpoint.save(setAt(1));
  const mode = (of: string) => statSync(of).mode & 0o777;
  expect(mode(join(dir, 'not', 'yet'))).toBe(0o700);
  expect(mode(path)).toBe(0o600);
  expect(mode(`${path}-wal`)).toBe(0o600);
  checkpoint.close();
});

describe('a file of something else is set aside, and a new one begun', () => {
  const expectSetAside = (reason: string) => {
    expect(logged).toMatchObject([{ event: 'checkpoint_set_aside', reason }]);
    expect(aside()).toEqual([expect.stringContaining(`.aside-20270115T080000Z-${reason.replace(' ', '-')}`)]);
    save(setAt(3));
    expect(plain(reload()!)).toEqual(plain(setAt(3)));
  };

  test.for([
    { ...identity, chainId: 1 },
    { ...identity, registry: PROVIDERS[0]! },
  ])('another deployment: $chainId, $registry', (other) => {
    save(setAt(1));
    expect(reload(other)).toBeUndefined();
    expect(logged).toMatchObject([{ event: 'checkpoint_set_aside', reason: 'another deployment' }]);
    expect(aside()).toHaveLength(1);
    expect(reload(identity)).toBeUndefined();
  });

  test('but an address is the same in any case', () => {
    save(setAt(1));
    const lower = identity.registry.toLowerCase() as `0x${string}`;
    expect(reload({ ...identity, registry: lower })).toBeDefined();
    expect(checkpointPath(dir, { ...identity, registry: lower })).toBe(path);
  });

  test.for([
    [0, 'older schema'],
    [99, 'newer schema'],
  ] as const)('schema %i: %s', ([version, reason]) => {
    save(setAt(1));
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = ${version}`);
    db.close();
    expect(reload()).toBeUndefined();
    expectSetAside(reason);
  });

  test('another program’s database stays as it was', () => {
    const db = new DatabaseSync(path);
    db.exec("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");
    db.close();
    expect(reload()).toBeUndefined();
    const moved = new DatabaseSync(join(dir, aside()[0]!));
    expect(moved.prepare('SELECT * FROM recipes').all()).toEqual([{ name: 'soup' }]);
    expect(moved.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' });
    moved.close();
    expectSetAside('no checkpoint');
  });

  test('what the chain no longer holds, when told so', () => {
    save(setAt(1));
    const checkpoint = open();
    checkpoint.setAside('block left the chain');
    expect(checkpoint.load()).toBeUndefined();
    expect(logged).toMatchObject([{ event: 'checkpoint_set_aside', reason: 'block left the chain' }]);
    checkpoint.save(setAt(2));
    checkpoint.close();
    expect(plain(reload()!)).toEqual(plain(setAt(2)));
    expect(aside()).toHaveLength(1);
  });

  test('of those set aside the newest three stay', () => {
    for (let round = 0; round < 5; round++) {
      const checkpoint = open();
      checkpoint.save(setAt(1));
      now = 1_800_000_000 + round;
      checkpoint.setAside(`round ${round}`);
      checkpoint.close();
    }
    expect(aside().map((name) => name.slice(-7))).toEqual(['round-2', 'round-3', 'round-4']);
  });
});

describe('where there can be no checkpoint the router runs without', () => {
  test('while another holds it; the first save after that takes over', () => {
    const first = open();
    first.save(setAt(1));
    const second = open();
    expect(second.load()).toBeUndefined();
    second.save(setAt(2));
    second.setAside('any');
    expect(logged).toMatchObject([{ event: 'checkpoint_unavailable', reason: 'in use by another process' }]);
    // Held also while there is no file for a moment.
    first.setAside('any');
    second.save(setAt(2));
    first.save(setAt(3));
    first.close();
    second.save(setAt(4));
    second.close();
    expect(logged.slice(1)).toMatchObject([
      { event: 'checkpoint_set_aside' },
      { event: 'checkpoint_available' },
    ]);
    expect(plain(reload()!)).toEqual(plain(setAt(4)));
  });

  test('with a directory in the file’s place, which is left alone', () => {
    rmSync(dir, { recursive: true });
    path = join(dir, 'checkpoint.sqlite');
    openCheckpoint({ path: join(path, 'inner.sqlite'), identity, logger, clock }).close();
    const checkpoint = open();
    expect(checkpoint.load()).toBeUndefined();
    checkpoint.save(setAt(1));
    checkpoint.close();
    expect(logged).toMatchObject([{ event: 'checkpoint_unavailable', reason: 'cannot be opened' }]);
    expect(readdirSync(path)).toContain('inner.sqlite');
  });

  test('and after close nothing happens any more', () => {
    const checkpoint = open();
    checkpoint.close();
    checkpoint.save(setAt(1));
    checkpoint.setAside('any');
    checkpoint.close();
    expect(checkpoint.load()).toBeUndefined();
    expect(reload()).toBeUndefined();
    expect(logged).toEqual([]);
  });
});
