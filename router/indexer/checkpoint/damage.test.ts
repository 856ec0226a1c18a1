import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ms, unixSeconds } from '../../core/units.ts';
import { blockAt, NETWORKS, opening } from '../../registry/events.arbitrary.ts';
import { plainAtBlock as plain } from '../../registry/naiveFold.fixture.ts';
import type { Address, ProviderSet } from '../../registry/providerSet.ts';
import { emptySet } from '../../registry/providerSet.ts';
import { applyBlock } from '../../registry/reduce.ts';
import { openCheckpoint } from './openCheckpoint.ts';

const identity = { chainId: 31337, registry: '0x00000000000000000000000000000000000000aA' } as const;
const NOWHERE = { blockNumber: 0n, logIndex: 0 };
const PROVIDER_COUNT = 60;

/** Many pages of providers, whose stakes all tell the block. */
function setAt(number: number): ProviderSet {
  const events = Array.from({ length: PROVIDER_COUNT }, (_, index) => {
    const provider = `0x${(index + 100).toString(16).padStart(40, '0')}` as Address;
    const offer = { provider, serviceId: index, capabilities: 3, minStake: 1n, ...NOWHERE };
    const url = `https://node-${index}.example.org/${'x'.repeat(40)}`;
    return [
      { type: 'stakeChanged', provider, tokens: BigInt(number), ...NOWHERE } as const,
      { type: 'signerRotated', provider, signer: provider, ...NOWHERE } as const,
      ...NETWORKS.map((network) => ({ type: 'serviceAdded', network, url, ...offer }) as const),
    ];
  });
  return applyBlock(emptySet(blockAt(0)), blockAt(number), [...opening, ...events.flat()]);
}

const older = setAt(1);
const saved = setAt(2);
const later = setAt(3);

let dir: string;
/** At rest, and as a kill leaves it: the last saves still in the log. */
let atRest: Buffer;
let olderAtRest: Buffer;
let killed: { readonly file: Buffer; readonly log: Buffer };

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'din-damage-'));
  const path = join(dir, 'model.sqlite');
  const first = open(path);
  first.save(older);
  first.close();
  olderAtRest = readFileSync(path);
  const checkpoint = open(path);
  checkpoint.save(later);
  checkpoint.save(older);
  checkpoint.save(saved);
  killed = { file: readFileSync(path), log: readFileSync(`${path}-wal`) };
  checkpoint.close();
  atRest = readFileSync(path);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function open(path: string, events: string[] = []) {
  const log = (_values: object, event: string) => void events.push(event);
  const clock = { now: () => ms(0), unix: () => unixSeconds(1_800_000_000) };
  return openCheckpoint({ path, identity, logger: { info: log, warn: log, error: log }, clock });
}

/** What is loaded of such a file. Whatever it was: damage is told, nothing else is, and saving works again. */
function survive(file: Buffer, log?: Buffer): ProviderSet | undefined {
  const inner = mkdtempSync(join(dir, 'case-'));
  const path = join(inner, 'checkpoint.sqlite');
  writeFileSync(path, file);
  if (log !== undefined) writeFileSync(`${path}-wal`, log);
  const events: string[] = [];
  const checkpoint = open(path, events);
  const loaded = checkpoint.load();
  const begunAnew = loaded === undefined && file.length > 0;
  expect(events).toEqual(begunAnew ? ['checkpoint_set_aside'] : []);
  expect(readdirSync(inner).some((name) => name.includes('.aside-'))).toBe(begunAnew);
  checkpoint.save(later);
  checkpoint.close();
  const again = open(path, events);
  expect(plain(again.load()!)).toEqual(plain(later));
  again.close();
  rmSync(inner, { recursive: true });
  return loaded;
}

const PAGE = 4096;
const where = fc.nat();
const damage = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('flip' as const), where, bit: fc.nat({ max: 7 }) }) },
  fc.record({ kind: fc.constant('flip' as const), where: fc.nat({ max: 200 }), bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('overwrite' as const), where, bytes: fc.uint8Array({ maxLength: 64 }) }),
  fc.record({ kind: fc.constant('truncate' as const), where }),
  fc.record({ kind: fc.constant('truncate page' as const), where }),
  fc.record({ kind: fc.constant('append' as const), bytes: fc.uint8Array({ maxLength: 2 * PAGE }) }),
  fc.record({ kind: fc.constant('swap pages' as const), where, other: fc.nat() }),
  fc.record({ kind: fc.constant('older page' as const), where }),
);
const damages = fc.array(damage, { minLength: 1, maxLength: 3 });
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function damaged(file: Buffer, before: Buffer, list: readonly Damage[]): Buffer {
  let bytes = Buffer.from(file);
  const page = (of: Buffer, n: number) => {
    const from = (n % Math.max(1, Math.floor(of.length / PAGE))) * PAGE;
    return of.subarray(from, from + PAGE);
  };
  for (const one of list) {
    if (one.kind === 'append') bytes = Buffer.concat([bytes, one.bytes]);
    if (bytes.length === 0 || one.kind === 'append') continue;
    const at = one.where % bytes.length;
    if (one.kind === 'flip') bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << one.bit), at);
    if (one.kind === 'overwrite') bytes.set(one.bytes.subarray(0, bytes.length - at), at);
    if (one.kind === 'truncate') bytes = bytes.subarray(0, at);
    if (one.kind === 'truncate page') bytes = bytes.subarray(0, at - (at % PAGE));
    if (one.kind === 'older page') page(before, one.where).copy(page(bytes, one.where));
    if (one.kind === 'swap pages') {
      const kept = Buffer.from(page(bytes, one.where));
      page(bytes, one.other).copy(page(bytes, one.where));
      kept.copy(page(bytes, one.other));
    }
  }
  return bytes;
}

test('of a damaged file exactly what was saved is loaded, or nothing', () => {
  fc.assert(
    fc.property(damages, (list) => {
      const loaded = survive(damaged(atRest, olderAtRest, list));
      if (loaded !== undefined) expect(plain(loaded)).toEqual(plain(saved));
    }),
    { numRuns: 150 },
  );
});

test('of a damaged file and log, as a kill leaves them, one of the saved sets is loaded, or nothing', () => {
  fc.assert(
    fc.property(damages, damages, fc.constantFrom('file', 'log', 'both'), (list, ofLog, what) => {
      const file = what === 'log' ? killed.file : damaged(killed.file, olderAtRest, list);
      const log = what === 'file' ? killed.log : damaged(killed.log, killed.log, ofLog);
      const loaded = survive(file, log);
      if (loaded !== undefined) expect([older, later, saved].map(plain)).toContainEqual(plain(loaded));
    }),
    { numRuns: 150 },
  );
});

test('a page that never reached the disk is noticed', () => {
  const pages = Math.min(atRest.length, olderAtRest.length) / PAGE;
  let noticed = 0;
  for (let page = 0; page < pages; page++) {
    const loaded = survive(damaged(atRest, olderAtRest, [{ kind: 'older page', where: page }]));
    if (loaded === undefined) noticed += 1;
    // A page of counters and unused ones say nothing of the set.
    else expect(plain(loaded)).toEqual(plain(saved));
  }
  expect(noticed).toBeGreaterThan(pages / 2);
});

test('no byte of the words about the set can change', () => {
  const words = atRest.indexOf('{"chainId"');
  const end = atRest.indexOf('}', words);
  for (let at = words; at <= end; at++) {
    const bytes = Buffer.from(atRest);
    // The last bit: digits stay digits.
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    expect(survive(bytes)).toBeUndefined();
  }
});

test('garbage and an empty file are no checkpoint', () => {
  expect(survive(Buffer.alloc(0))).toBeUndefined();
  expect(survive(Buffer.alloc(3 * PAGE))).toBeUndefined();
  expect(survive(Buffer.from('my shopping list\n'.repeat(1000)))).toBeUndefined();
});
