import { expect, test } from 'vitest';
import { progressOf } from './watcherStatus.ts';

test('a watcher that never reported got nowhere', () => {
  expect(
    progressOf(
      new Map([
        ['stored', 3],
        ['missed', 4],
      ]),
    ),
  ).toEqual({ committed: undefined, revealed: undefined });
});

test('what became of a report later does not undo how far it got', () => {
  const newest = new Map([
    ['stored', 9],
    ['committed', 8],
    ['revealed', 5],
    ['rewarded', 6],
    ['unrewarded', 7],
  ]);
  expect(progressOf(newest)).toEqual({ committed: 8, revealed: 7 });
  expect(progressOf(new Map([['rewarded', 6]]))).toEqual({ committed: 6, revealed: 6 });
});
