import { expect, test } from 'vitest';
import type { UnixSeconds } from '../core/units.ts';
import { keeperStep, type OffenceView } from './docket.ts';

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
  const open: OffenceView = { ...none, state: 'open', executableAt: at(500) };
  expect(keeperStep(open, at(499))).toBe('wait');
  expect(keeperStep(open, at(500))).toBe('execute');
});

test('an appealed case waits for its decision, and is executed when none has come in time', () => {
  const appealed: OffenceView = { ...none, state: 'appealed', executableAt: at(700) };
  expect(keeperStep(appealed, at(699))).toBe('wait');
  expect(keeperStep(appealed, at(700))).toBe('execute');
});

test.each(['vetoed', 'overturned', 'executed'] as const)('a case that is %s is over', (state) => {
  expect(keeperStep({ ...none, state, executableAt: at(5), hasQuorum: true }, at(10))).toBe('drop');
});
