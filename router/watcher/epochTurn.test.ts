import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UnixSeconds } from '../core/units.ts';
import { type EpochTurn, NOT_BEGUN, turnEpoch } from './epochTurn.ts';

const hours = { genesis: 1_000, epochSeconds: 3_600, commitSeconds: 3_600, revealSeconds: 3_600 };
const at = (epoch: number, seconds: number) => (hours.genesis + epoch * 3_600 + seconds) as UnixSeconds;

/** Plays block times one after the other. */
function play(times: readonly UnixSeconds[], params = hours) {
  let turn: EpochTurn = NOT_BEGUN;
  const close: number[] = [];
  const missed: number[] = [];
  for (const now of times) {
    const turned = turnEpoch(turn, params, now);
    turn = turned.turn;
    close.push(...turned.close);
    missed.push(...turned.missed);
  }
  return { turn, close, missed };
}

test('nothing is reported of the epoch in which a watcher starts before it ends', () => {
  expect(play([999 as UnixSeconds])).toEqual({ turn: NOT_BEGUN, close: [], missed: [] });
  expect(play([at(0, 5), at(0, 3_599)])).toMatchObject({ turn: { epoch: 0 }, close: [] });
});

test('the next epoch begins at once, the report of the last one is made when reorgs have settled', () => {
  expect(play([at(0, 5), at(1, 0)])).toMatchObject({ turn: { epoch: 1, ended: 0 }, close: [] });
  expect(play([at(0, 5), at(1, 0), at(1, 59)]).close).toEqual([]);
  expect(play([at(0, 5), at(1, 0), at(1, 60)])).toEqual({
    turn: { epoch: 1, ended: undefined },
    close: [0],
    missed: [],
  });
});

test('on a development chain with windows of seconds nothing is waited for', () => {
  const short = { genesis: 0, epochSeconds: 4, commitSeconds: 5, revealSeconds: 5 };
  expect(play([1, 4] as UnixSeconds[], short).close).toEqual([0]);
});

test('a reorg that takes the end away makes no report twice and none too early', () => {
  expect(play([at(0, 5), at(1, 10), at(0, 3_590), at(1, 30), at(1, 61)]).close).toEqual([0]);
  expect(play([at(0, 5), at(1, 61), at(0, 3_590), at(1, 62)]).close).toEqual([0]);
});

test('an epoch whose commit window passed unseen is missed', () => {
  expect(play([at(0, 5), at(2, 10)])).toMatchObject({ turn: { epoch: 2 }, close: [], missed: [0] });
});

test('every epoch that was lived through is closed or missed once, whatever blocks come', () => {
  const params = { genesis: 0, epochSeconds: 100, commitSeconds: 150, revealSeconds: 80 };
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -30, max: 170 }), { maxLength: 60 }), (steps) => {
      let now = 50;
      const times = steps.map((step) => {
        now = Math.max(0, now + step);
        return now as UnixSeconds;
      });
      const { turn, close, missed } = play([50 as UnixSeconds, ...times], params);
      const done = [...close, ...missed];
      expect(new Set(done).size).toBe(done.length);
      const entered = new Set([0]);
      let latest = 0;
      for (const time of times) {
        const epoch = Math.floor(time / 100);
        if (epoch > latest) entered.add(epoch);
        latest = Math.max(latest, epoch);
      }
      entered.delete(latest);
      if (turn.ended !== undefined) entered.delete(turn.ended);
      expect(new Set(done)).toEqual(entered);
    }),
  );
});
