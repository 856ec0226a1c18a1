import { describe, expect, it } from 'vitest';
import { afterEnd, type RunEnd } from './afterEnd.ts';

const failed: RunEnd = {
  exitCode: 75,
  lastError: 'Build failed: Failed to connect to JSON-RPC',
  wasReady: false,
  droppedIndex: false,
  everReady: false,
  failures: 0,
  resumedPglite: false,
};

describe('afterEnd()', () => {
  it('gives up when the first run never came to serve', () => {
    expect(afterEnd(failed)).toEqual({ kind: 'giveUp' });
  });

  it('starts again soon after a run that served, and ever later when it does not come to serve', () => {
    const delays = [0, 1, 2, 9].map((failures) => afterEnd({ ...failed, everReady: true, failures }));
    expect(delays).toEqual(
      [1_000, 2_000, 4_000, 30_000].map((delayMs) => ({ kind: 'restart', delayMs, rebuild: false })),
    );
    const served = afterEnd({ ...failed, wasReady: true, everReady: true, failures: 9 });
    expect(served).toEqual({ kind: 'restart', delayMs: 1_000, rebuild: false });
  });

  it('begins anew at once when the index was dropped, and not for ever', () => {
    const dropped = { ...failed, droppedIndex: true };
    expect(afterEnd(dropped)).toEqual({ kind: 'restart', delayMs: 0, rebuild: false });
    expect(afterEnd({ ...dropped, failures: 3 })).toEqual({
      kind: 'restart',
      delayMs: 8_000,
      rebuild: false,
    });
  });

  it('rebuilds a PGlite database that an earlier run left unusable', () => {
    const broken = { ...failed, exitCode: 1, lastError: 'UniqueConstraintError', resumedPglite: true };
    expect(afterEnd(broken)).toEqual({ kind: 'restart', delayMs: 1_000, rebuild: true });
  });

  it.each<Partial<RunEnd>>([
    { exitCode: 75 },
    { resumedPglite: false },
    { lastError: 'Finalized block for chain "1" cannot move backwards' },
  ])('removes no database for what may pass or is none of its faults: %o', (but) => {
    const end = { ...failed, exitCode: 1, resumedPglite: true, ...but };
    expect(afterEnd(end)).toEqual({ kind: 'giveUp' });
    expect(afterEnd({ ...end, everReady: true })).toMatchObject({ kind: 'restart', rebuild: false });
  });
});
