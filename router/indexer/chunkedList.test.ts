import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listOf } from './chunkedList.ts';

type Change =
  | { readonly kind: 'with'; readonly count: number }
  | { readonly kind: 'slice'; readonly start: number; readonly end: number };
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('with' as const), count: fc.integer({ min: 1, max: 300 }) }),
  fc.record({
    kind: fc.constant('slice' as const),
    start: fc.integer({ min: -2, max: 300 }),
    end: fc.nat(900),
  }),
);

describe('a chunked list', () => {
  it('is what an array would be after any changes, and no change alters an older version', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        let list = listOf(0);
        let array = [0];
        let next = 1;
        const versions = [{ list, array }];
        for (const step of changes) {
          if (step.kind === 'slice') {
            list = list.slice(step.start, step.end);
            array = array.slice(Math.max(0, step.start), step.end);
          } else {
            for (let count = 0; count < step.count; count += 1, next += 1) {
              list = list.with(next);
              array = [...array, next];
            }
          }
          versions.push({ list, array });
        }
        for (const version of versions) {
          expect([...version.list]).toEqual(version.array);
          expect(version.list).toHaveLength(version.array.length);
          for (const index of [-1, 0, 1, 127, 128, 129, version.array.length - 1, version.array.length])
            expect(version.list.at(index)).toBe(index < 0 ? undefined : version.array[index]);
        }
      }),
    );
  });
});
