import { expect, test } from 'vitest';
import { ms, type UnixSeconds } from '../core/units.ts';
import {
  decide,
  isAwake,
  keeperStep,
  type Moment,
  NEW_ENTRY,
  type OffenceView,
  remember,
  wake,
} from './docket.ts';

const at = (seconds: number) => seconds as UnixSeconds;
const none: OffenceView = {
  state: 'none',
  executableAt: at(0),
  hasQuorum: false,
  tallyUntil: at(50),
  evidenceUntil: at(100),
};

test('a case is opened as soon as the quorum is there, and no later than the evidence lasts', () => {
  expect(keeperStep(none, at(10))).toBe('wait');
  expect(keeperStep({ ...none, hasQuorum: true }, at(10))).toBe('open');
  expect(keeperStep({ ...none, hasQuorum: true }, at(99))).toBe('open');
  expect(keeperStep({ ...none, hasQuorum: true }, at(100))).toBe('drop');
});

test('an offence without quorum is dropped once no vote can come', () => {
  expect(keeperStep(none, at(49))).toBe('wait');
  expect(keeperStep(none, at(50))).toBe('drop');
});

test('an open case is executed when it is due, long after the evidence too', () => {
  const pending: OffenceView = { ...none, state: 'open', executableAt: at(500) };
  expect(keeperStep(pending, at(499))).toBe('wait');
  expect(keeperStep(pending, at(500))).toBe('execute');
});

test('an appealed case waits for its decision, and is executed when none has come in time', () => {
  const appealed: OffenceView = { ...none, state: 'appealed', executableAt: at(700) };
  expect(keeperStep(appealed, at(699))).toBe('wait');
  expect(keeperStep(appealed, at(700))).toBe('execute');
});

test.each(['vetoed', 'overturned', 'executed'] as const)('a case that is %s is over', (state) => {
  expect(keeperStep({ ...none, state, executableAt: at(5), hasQuorum: true }, at(10))).toBe('drop');
});

const someMoment: Moment = { block: 1_000n, now: at(10), clock: ms(0), draw: () => ms(0) };
const moment = (change: Partial<Moment>): Moment => ({ ...someMoment, ...change });
const quorum: OffenceView = { ...none, hasQuorum: true };
const open: OffenceView = { ...none, state: 'open', executableAt: at(40) };
/** The entry once the chain has said the same for so long that it is believed. */
const believed = (view: OffenceView) =>
  [1_000n, 1_013n].reduce((entry, block) => decide(entry, view, moment({ block })).entry, NEW_ENTRY);

test('what stays the same for longer than a reorg reaches is not asked for again before it changes by itself', () => {
  const fresh = decide(NEW_ENTRY, open, someMoment).entry;
  expect(isAwake(fresh, at(11))).toBe(true);
  expect([39, 40].map((now) => isAwake(believed(open), at(now)))).toEqual([false, true]);
  expect([49, 50].map((now) => isAwake(believed(none), at(now)))).toEqual([false, true]);
});

test('a further attestation wakes it, and nothing that was believed before counts', () => {
  const woken = wake(believed(none));
  expect(isAwake(woken, at(11))).toBe(true);
  expect(isAwake(decide(woken, none, moment({ block: 1_014n })).entry, at(12))).toBe(true);
});

test('an end is believed only once no reorg can undo it', () => {
  const executed: OffenceView = { ...none, state: 'executed', executableAt: at(40) };
  const { step, entry } = decide(NEW_ENTRY, executed, someMoment);
  expect(step).toBe('wait');
  expect(decide(entry, executed, moment({ block: 1_012n })).step).toBe('wait');
  expect(decide(entry, executed, moment({ block: 1_013n })).step).toBe('drop');
  // The same again, but not for long.
  const undone = decide(entry, open, moment({ block: 1_005n })).entry;
  const again = decide(undone, executed, moment({ block: 1_010n })).entry;
  expect(decide(again, executed, moment({ block: 1_013n })).step).toBe('wait');
});

test('it acts when its turn has come, and draws anew for the next act', () => {
  const draw = () => ms(1_500);
  const { step, entry } = decide(NEW_ENTRY, quorum, moment({ draw }));
  expect(step).toBe('wait');
  expect(decide(entry, quorum, moment({ clock: ms(1_499), draw })).step).toBe('wait');
  expect(decide(entry, quorum, moment({ clock: ms(1_500), draw })).step).toBe('open');
  const opened = decide(entry, open, moment({ clock: ms(1_500), draw })).entry;
  const due = moment({ clock: ms(2_000), now: at(40), draw });
  expect(decide(opened, open, due).step).toBe('wait');
});

test('its turn comes while there is still time', () => {
  const late = moment({ now: at(98), draw: () => ms(60_000) });
  const { entry } = decide(NEW_ENTRY, quorum, late);
  expect(decide(entry, quorum, { ...late, clock: ms(1_000), now: at(99) }).step).toBe('open');
});

test('after a success the same act is held back for what nodes lag, another one is not', () => {
  const entry = remember(NEW_ENTRY, 'open', { kind: 'done' }, someMoment);
  expect(decide(entry, quorum, moment({ clock: ms(14_999) })).step).toBe('wait');
  expect(decide(entry, quorum, moment({ clock: ms(15_000) })).step).toBe('open');
  expect(decide(entry, open, moment({ now: at(40) })).step).toBe('execute');
});

test('after each failure the next try comes later, up to five minutes', () => {
  let entry = NEW_ENTRY;
  let clock = 0;
  const waits = Array.from({ length: 9 }, () => {
    entry = remember(entry, 'open', { kind: 'failed' }, moment({ clock: ms(clock) }));
    const until = entry.held?.until ?? 0;
    const wait = until - clock;
    clock = until;
    return wait / 1000;
  });
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
  expect(remember(entry, 'open', { kind: 'done' }, someMoment).failures).toBe(0);
});

test('a pause is looked at again now and then, as it may end early', () => {
  const until = (end: number) =>
    remember(NEW_ENTRY, 'execute', { kind: 'paused', until: at(end) }, someMoment).sleepUntil;
  expect([until(100), until(1_000_000)]).toEqual([100, 610]);
});

test('where there will never be a case, nothing is tried again', () => {
  const entry = remember(NEW_ENTRY, 'open', { kind: 'hopeless' }, someMoment);
  const seen = decide(entry, quorum, someMoment);
  expect(seen.step).toBe('wait');
  expect(decide(seen.entry, quorum, moment({ block: 1_013n })).step).toBe('drop');
});
