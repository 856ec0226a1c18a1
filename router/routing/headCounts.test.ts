import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHeadCounts } from './headCounts.ts';

it('answers like a plain list, whatever came and went', () => {
  const step = fc.tuple(fc.boolean(), fc.nat(30));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.nat(35), fc.nat(8), (steps, number, small) => {
      const counts = createHeadCounts();
      const list: number[] = [];
      for (const [isNew, each] of steps) {
        if (isNew) {
          list.push(each);
          counts.add(each);
        } else {
          if (list.includes(each)) list.splice(list.indexOf(each), 1);
          counts.remove(each);
        }
      }
      const descending = list.toSorted((a, b) => b - a);
      expect(counts.size()).toBe(list.length);
      expect(counts.near(number, small)).toBe(list.filter((each) => Math.abs(each - number) <= small).length);
      expect(counts.ranked(small + 1)).toBe(descending[small]);
      expect(counts.highestUpTo(number)).toBe(descending.find((each) => each <= number));
    }),
  );
});
