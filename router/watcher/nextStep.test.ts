import { expect, test } from 'vitest';
import type { Hex } from '../registry/providerSet.ts';
import { nextStep } from './nextStep.ts';

const MINE: Hex = `0x${'ab'.repeat(32)}`;
const NONE: Hex = `0x${'00'.repeat(32)}`;
const chunk = { measurements: '0x', breaches: [] } as const;
const report = { commitment: MINE, chunks: [chunk, chunk, chunk], state: 'stored' } as const;
const onChain = (commitment: Hex, revealedChunks = 0) => ({ commitment, revealedChunks });

test('a report is committed in the commit window only', () => {
  expect(nextStep(report, onChain(NONE), 'running')).toEqual({ kind: 'wait', state: 'stored' });
  expect(nextStep(report, onChain(NONE), 'commit')).toEqual({ kind: 'commit' });
});

test('a commit that a reorg took away is sent again', () => {
  expect(nextStep({ ...report, state: 'committed' }, onChain(NONE), 'commit')).toEqual({ kind: 'commit' });
});

test('what was revealed and taken away by a reorg is revealed again, as long as the window is open', () => {
  const revealed = { ...report, state: 'revealed' } as const;
  expect(nextStep(revealed, onChain(MINE, 3), 'reveal')).toEqual({ kind: 'over', state: 'revealed' });
  expect(nextStep(revealed, onChain(MINE, 1), 'reveal')).toEqual({ kind: 'reveal', from: 1 });
  expect(nextStep(revealed, onChain(MINE, 0), 'commit')).toEqual({ kind: 'wait', state: 'committed' });
  expect(nextStep(revealed, onChain(NONE), 'commit')).toEqual({ kind: 'commit' });
  expect(nextStep(revealed, onChain(NONE), 'reveal')).toEqual({ kind: 'wait', state: 'revealed' });
});

test('a missing commitment in the reveal window may be a lagging endpoint: it is missed for sure only at the end', () => {
  expect(nextStep(report, onChain(NONE), 'reveal').kind).toBe('wait');
  expect(nextStep(report, onChain(NONE), 'closed')).toMatchObject({
    state: 'missed',
    why: 'COMMIT_WINDOW_MISSED',
  });
});

test('a committed report waits for the reveal window, and goes on at the first chunk not revealed', () => {
  expect(nextStep(report, onChain(MINE), 'commit')).toEqual({ kind: 'wait', state: 'committed' });
  expect(nextStep(report, onChain(MINE), 'reveal')).toEqual({ kind: 'reveal', from: 0 });
  expect(nextStep(report, onChain(MINE, 2), 'reveal')).toEqual({ kind: 'reveal', from: 2 });
});

test('a revealed report is over, a half revealed one is missed when the window has closed', () => {
  expect(nextStep(report, onChain(MINE, 3), 'reveal')).toEqual({ kind: 'over', state: 'revealed' });
  expect(nextStep(report, onChain(MINE, 3), 'closed')).toEqual({ kind: 'over', state: 'revealed' });
  expect(nextStep(report, onChain(MINE, 2), 'closed')).toMatchObject({ why: 'REVEAL_WINDOW_MISSED' });
});

test('a commitment of another process with the same key is never revealed', () => {
  expect(nextStep(report, onChain(`0x${'cd'.repeat(32)}`), 'reveal')).toMatchObject({
    why: 'FOREIGN_COMMITMENT',
  });
});
