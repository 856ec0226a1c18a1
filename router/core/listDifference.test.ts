import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listDifference } from './listDifference.ts';

const pool = Array.from({ length: 12 }, (_, id) => ({ id }));
const list = fc.shuffledSubarray(pool);

test('what joined and what left, wherever it stands, by identity', () => {
  fc.assert(
    fc.property(list, list, (before, now) => {
      const { joined, left } = listDifference(before, now);
      expect(joined).toEqual(now.filter((item) => !before.includes(item)));
      expect(left).toEqual(before.filter((item) => !now.includes(item)));
    }),
  );
});

test('an equal object is another item', () => {
  const [before, now] = [{ id: 1 }, { id: 1 }];
  const { joined, left } = listDifference([before], [now]);
  expect(joined[0]).toBe(now);
  expect(left[0]).toBe(before);
});
