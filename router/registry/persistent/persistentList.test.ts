import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyList, type PersistentList } from './persistentList.ts';

interface Item {
  readonly rank: number;
  /** Tells items of one rank apart; they are equal in the order. */
  readonly version: number;
}

interface Edit {
  readonly leaving: readonly Item[];
  readonly joining: readonly Item[];
}

const none = emptyList<Item>((a, b) => a.rank - b.rank);
const item = fc.record({ rank: fc.nat(400), version: fc.nat(2) });
const few: fc.Arbitrary<Edit> = fc.record({
  leaving: fc.array(item, { maxLength: 3 }),
  joining: fc.array(item, { maxLength: 3 }),
});
/** More than a node holds, so that trees grow deep and shrink again. */
const many: fc.Arbitrary<Edit> = fc.record({
  leaving: fc.array(item, { maxLength: 150, size: 'max' }),
  joining: fc.array(item, { maxLength: 300, size: 'max' }),
});
const edits = fc.array(fc.oneof({ weight: 5, arbitrary: few }, { weight: 1, arbitrary: many }), {
  maxLength: 40,
  size: 'max',
});

function modelOf(before: readonly Item[], { leaving, joining }: Edit): Item[] {
  const byRank = new Map(before.map((one) => [one.rank, one]));
  for (const one of leaving) byRank.delete(one.rank);
  for (const one of joining) byRank.set(one.rank, one);
  return [...byRank.values()].sort((a, b) => a.rank - b.rank);
}

function expectSame(list: PersistentList<Item>, model: readonly Item[]): void {
  expect(list.size).toBe(model.length);
  expect([...list]).toEqual(model);
  expect(model.map((_, index) => list.at(index))).toEqual(model);
  for (const outside of [-1, model.length, 0.5, Number.NaN]) expect(list.at(outside)).toBeUndefined();
}

describe('PersistentList', () => {
  it('holds what a sorted array holds, and leaves each version as it was', () => {
    fc.assert(
      fc.property(edits, (all) => {
        const versions: { list: PersistentList<Item>; model: readonly Item[] }[] = [
          { list: none, model: [] },
        ];
        for (const edit of all) {
          const last = versions.at(-1) ?? expect.fail('no version');
          versions.push({
            list: last.list.edited(edit.leaving, edit.joining),
            model: modelOf(last.model, edit),
          });
        }
        for (const { list, model } of versions) expectSame(list, model);
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same one by one as at once', () => {
    fc.assert(
      fc.property(many, many, (first, second) => {
        const base = none.edited(first.leaving, first.joining);
        let oneByOne = base;
        for (const one of second.leaving) oneByOne = oneByOne.edited([one], []);
        for (const one of second.joining) oneByOne = oneByOne.edited([], [one]);
        expect([...base.edited(second.leaving, second.joining)]).toEqual([...oneByOne]);
      }),
      { numRuns: 40 },
    );
  });

  it('is the same list when nothing changes', () => {
    const list = none.edited([], [{ rank: 1, version: 0 }]);
    expect(list.edited([], [])).toBe(list);
    expect(list.edited([{ rank: 2, version: 0 }], [])).toBe(list);
  });
});
