import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeInReservoir } from './reservoir.ts';

test('what is kept has no gaps and no more than its size', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.double({ min: 0, max: 0.999 })),
      (size, chances) => {
        const kept: number[] = [];
        chances.forEach((chance, seen) => {
          const place = placeInReservoir(seen, size, () => chance);
          if (place !== undefined) kept[place] = seen;
        });
        expect(Object.keys(kept)).toHaveLength(Math.min(size, chances.length));
      },
    ),
  );
});

test('each item is as likely kept as any other', () => {
  // All draws of the three that come after the first: a die of two, three and four sides.
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 24; draw += 1) {
    const dice = [draw % 2, Math.floor(draw / 2) % 3, Math.floor(draw / 6)];
    let kept = 0;
    for (let item = 1; item < 4; item += 1) {
      const place = placeInReservoir(item, 1, () => ((dice[item - 1] ?? 0) + 0.5) / (item + 1));
      if (place !== undefined) kept = item;
    }
    counts[kept] = (counts[kept] ?? 0) + 1;
  }
  expect(counts).toEqual([6, 6, 6, 6]);
});
