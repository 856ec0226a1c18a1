import { closeSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { createFloorFile, FLOOR_ROWS, floorMemory } from './floorFile.ts';

const files: number[] = [];
afterEach(() => {
  for (const file of files.splice(0)) closeSync(file);
});

/** One network's row, as so many workers see it. */
function row(workers: number, at = 0, file = createFloorFile(workers)) {
  if (!files.includes(file)) files.push(file);
  return Array.from({ length: workers }, (_, place) => floorMemory(file, at, { place, places: workers }));
}

test('what one worker stores all load, and the later of two counts whoever stored it last', () => {
  const [one, two, three] = row(3);
  expect(one?.load()).toBeUndefined();
  one?.store({ era: 1, number: 12, agreed: 10 });
  two?.store({ era: 1, number: 11, agreed: 20 });
  expect(three?.load()).toEqual({ era: 1, number: 12, agreed: 10 });
  three?.store({ era: 2, number: 3, agreed: 3 });
  one?.store({ era: 1, number: 13, agreed: 13 });
  expect([one, two, three].map((each) => each?.load())).toEqual(
    Array(3).fill({ era: 2, number: 3, agreed: 3 }),
  );
});

test('one that replaces a worker finds what that had told', () => {
  const file = createFloorFile(2);
  row(2, 0, file)[0]?.store({ era: 1, number: Number.MAX_SAFE_INTEGER, agreed: 1 });
  expect(row(2, 0, file)[0]?.load()).toEqual({ era: 1, number: Number.MAX_SAFE_INTEGER, agreed: 1 });
});

test('networks have nothing to do with each other, the last as little as the first', () => {
  const file = createFloorFile(2);
  const memories = [0, 1, FLOOR_ROWS - 1].map((at) => row(2, at, file));
  for (const [i, [, two]] of memories.entries()) two?.store({ era: 1, number: i + 1, agreed: 1 });
  expect(memories.map(([one]) => one?.load()?.number)).toEqual([1, 2, 3]);
});
