import { describe, expect, it } from 'vitest';
import { ms } from '../core/units.ts';
import { backfillProgress } from './backfillProgress.ts';

describe('backfillProgress()', () => {
  const state = {
    fromBlock: 1_000n,
    start: { block: 1_000n, at: ms(5_000) },
    block: 3_000n,
    head: 9_000n,
    events: 7,
    now: ms(7_000),
  };

  it('tells the share of the blocks and the time left at the speed so far', () => {
    expect(backfillProgress(state)).toEqual({
      ...{ fromBlock: 1_000n, block: 3_000n, head: 9_000n, events: 7 },
      percent: 25,
      remainingMs: 6_000,
    });
  });

  it('tells the speed since this run began, and the share since the deployment', () => {
    const resumed = { ...state, start: { block: 2_000n, at: ms(6_000) } };
    expect(backfillProgress(resumed)).toMatchObject({ percent: 25, remainingMs: 6_000 });
  });

  it('promises nothing before there is a speed', () => {
    expect(backfillProgress({ ...state, block: 1_000n }).remainingMs).toBeUndefined();
    expect(backfillProgress({ ...state, now: ms(5_000) }).remainingMs).toBeUndefined();
  });

  it('is done where there is nothing to read', () => {
    expect(backfillProgress({ ...state, fromBlock: 9_000n, block: 9_000n }).percent).toBe(100);
  });
});
