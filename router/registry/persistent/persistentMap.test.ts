import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyMap, hashText, type MapBuilder, type PersistentMap } from './persistentMap.ts';

type Change =
  | { readonly type: 'set'; readonly key: string; readonly value: number }
  | { readonly type: 'delete'; readonly key: string };

const KEYS = Array.from({ length: 80 }, (_, index) => `key-${index}`);

/** From all keys in one slot to all in their own, and those that differ in the first or the last bits alone. */
const HASHES: readonly ((key: string) => number)[] = [
  hashText,
  () => 0,
  () => -1,
  (key) => hashText(key) & 1,
  (key) => hashText(key) & 7,
  (key) => hashText(key) << 30,
  (key) => hashText(key) & 0xc0000003,
];

const hash = fc.constantFrom(...HASHES);
const key = fc.constantFrom(...KEYS);
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('set'), key, value: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete'), key }) },
);
const changes = fc.array(change, { maxLength: 120, size: 'max' });

function apply(map: PersistentMap<string, number>, all: readonly Change[]): PersistentMap<string, number> {
  return all.reduce(
    (next, one) => (one.type === 'set' ? next.set(one.key, one.value) : next.delete(one.key)),
    map,
  );
}

function build(builder: MapBuilder<string, number>, all: readonly Change[]): PersistentMap<string, number> {
  for (const one of all) {
    if (one.type === 'set') builder.set(one.key, one.value);
    else builder.delete(one.key);
  }
  return builder.build();
}

function modelOf(
  all: readonly Change[],
  before: ReadonlyMap<string, number> = new Map(),
): Map<string, number> {
  const model = new Map(before);
  for (const one of all) {
    if (one.type === 'set') model.set(one.key, one.value);
    else model.delete(one.key);
  }
  return model;
}

function expectSame(map: PersistentMap<string, number>, model: ReadonlyMap<string, number>): void {
  expect(map.size).toBe(model.size);
  expect(new Map(map)).toEqual(model);
  for (const one of KEYS) {
    expect(map.get(one)).toBe(model.get(one));
    expect(map.has(one)).toBe(model.has(one));
  }
}

describe('PersistentMap', () => {
  it('holds what a map holds, whatever the hashes', () => {
    fc.assert(
      fc.property(hash, changes, (hashOf, all) => {
        expectSame(apply(emptyMap(hashOf), all), modelOf(all));
      }),
    );
  });

  it('leaves each version as it was', () => {
    fc.assert(
      fc.property(hash, fc.array(changes, { maxLength: 4 }), (hashOf, batches) => {
        const versions = [{ map: emptyMap<string, number>(hashOf), model: modelOf([]) }];
        for (const [at, batch] of batches.entries()) {
          const last = versions.at(-1) ?? expect.fail('no version');
          // By turns one by one and by a builder.
          const map = at % 2 === 0 ? apply(last.map, batch) : build(last.map.builder(), batch);
          versions.push({ map, model: modelOf(batch, last.model) });
        }
        for (const { map, model } of versions) expectSame(map, model);
      }),
    );
  });

  it('gives out of a builder maps that its later changes do not reach', () => {
    fc.assert(
      fc.property(hash, changes, fc.array(changes, { maxLength: 4 }), (hashOf, first, batches) => {
        const base = apply(emptyMap(hashOf), first);
        const builder = base.builder();
        const given = batches.map((batch, at) => {
          const map = build(builder, batch);
          expect(builder.size).toBe(map.size);
          return { map, model: modelOf(batches.slice(0, at + 1).flat(), modelOf(first)) };
        });
        expectSame(base, modelOf(first));
        for (const { map, model } of given) expectSame(map, model);
        // Two builders of one map do not know of each other.
        const other = base.builder();
        other.set('key-0', 99);
        builder.set('key-0', 98);
        expect(other.get('key-0')).toBe(99);
        expect(base.get('key-0')).toBe(modelOf(first).get('key-0'));
      }),
    );
  });

  it('has one order for the same entries, whatever the history', () => {
    fc.assert(
      fc.property(hash, changes, changes, (hashOf, detour, all) => {
        const there = apply(emptyMap(hashOf), [
          ...detour,
          ...KEYS.map((one): Change => ({ type: 'delete', key: one })),
        ]);
        expect(there.size).toBe(0);
        const entries = [...modelOf(all)].reverse();
        const direct = entries.reduce(
          (map, [one, value]) => map.set(one, value),
          emptyMap<string, number>(hashOf),
        );
        expect([...apply(there, all)]).toEqual([...direct]);
        expect(apply(there, all)).toEqual(direct);
      }),
    );
  });

  it('tells what differs between any two versions', () => {
    fc.assert(
      fc.property(hash, changes, changes, changes, (hashOf, first, left, right) => {
        const base = apply(emptyMap(hashOf), first);
        const [before, after] = [build(base.builder(), left), apply(base, right)];
        const [was, is] = [modelOf(left, modelOf(first)), modelOf(right, modelOf(first))];
        const expected = KEYS.filter((one) => was.get(one) !== is.get(one)).map((one) => ({
          key: one,
          before: was.get(one),
          after: is.get(one),
        }));
        const found = after.differences(before);
        expect(new Set(found)).toEqual(new Set(expected));
        expect(found).toHaveLength(expected.length);
        expect(after.differences(after)).toEqual([]);
      }),
    );
  });

  it('is the same map when nothing changes', () => {
    fc.assert(
      fc.property(hash, changes, (hashOf, all) => {
        const map = apply(emptyMap(hashOf), all);
        const unchanged = [...map].reduce((next, [one, value]) => next.set(one, value), map);
        expect(unchanged).toBe(map);
        expect(map.delete('another')).toBe(map);
        expect(map.builder().build()).toBe(map);
      }),
    );
  });

  it('can be read in all the ways of a map', () => {
    const map: ReadonlyMap<string, number> = emptyMap<string, number>().set('a', 1).set('b', 2);
    const entries = [...map];
    expect([...map.entries()]).toEqual(entries);
    expect([...map.keys()]).toEqual(entries.map(([one]) => one));
    expect([...map.values()]).toEqual(entries.map(([, value]) => value));
    const seen: [string, number][] = [];
    map.forEach((value, one, whole) => {
      expect(whole).toBe(map);
      seen.push([one, value]);
    });
    expect(seen).toEqual(entries);
  });

  it('keeps an undefined value apart from a missing key', () => {
    const map = emptyMap<string, undefined>().set('a', undefined);
    expect([map.has('a'), map.has('b'), map.size]).toEqual([true, false, 1]);
    expect(map.delete('a').size).toBe(0);
  });
});
