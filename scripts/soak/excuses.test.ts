import { expect, test } from 'vitest';
import { unsent } from './excuses.ts';
import type { Disturbance, EpochPlan } from './plan.ts';

const FIRST = 10;
const epoch = (disturbance?: Disturbance): EpochPlan => ({ faults: [], spells: [], disturbance });
const cut = (from: number, until: number, watcher?: number): EpochPlan =>
  epoch({ kind: 'settlement', state: 'cut', from, until, ...(watcher !== undefined && { watcher }) });

test('reports whose whole window passed without the chain are asked of nobody', () => {
  // Commits are sent in the seconds 1 to 3 of the next epoch, reveals in 4 to 7.
  expect(unsent([epoch(), cut(1, 4)], FIRST)).toEqual([FIRST]);
  expect(unsent([epoch(), epoch(), cut(5, 8)], FIRST)).toEqual([FIRST + 1]);
});

test('those who saw the chain before the window closed are asked for theirs', () => {
  expect(unsent([epoch(), cut(0, 3), cut(3, 5), cut(5, 7)], FIRST)).toEqual([]);
  expect(unsent([epoch(), cut(1, 4, 2), epoch({ kind: 'reorg', at: 3, depth: 2 })], FIRST)).toEqual([]);
});
