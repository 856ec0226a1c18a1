import { type EpochParams, epochAt, phaseOf, windowsOf } from '../chain/epochClock.ts';
import type { UnixSeconds } from '../core/units.ts';

/** Where a watcher is in the settlement chain's time. */
export interface EpochTurn {
  /** That runs; undefined before genesis. */
  readonly epoch: number | undefined;
  /** Has ended, and no report is made of it yet. */
  readonly ended: number | undefined;
}

export const NOT_BEGUN: EpochTurn = { epoch: undefined, ended: undefined };

export interface Turned {
  readonly turn: EpochTurn;
  /** Reports are to be made of these epochs. */
  readonly close: readonly number[];
  /** Their commit windows passed before a report was made. */
  readonly missed: readonly number[];
}

/** Longer than most reorgs reach back. */
const SETTLE_SECONDS = 60;
/** Of the commit window, where that is less. */
const SETTLE_SHARE = 0.1;

/**
 * What a new block's time means. A report is made a little after its epoch's end: it stays as it is, and what a reorg
 * of the last blocks changes would be missing in it. A reorg may set the time back; the later epoch has begun all the
 * same.
 */
export function turnEpoch(before: EpochTurn, params: EpochParams, now: UnixSeconds): Turned {
  const close: number[] = [];
  const missed: number[] = [];
  const settle = Math.min(SETTLE_SECONDS, Math.floor(params.commitSeconds * SETTLE_SHARE));
  const isDone = (ended: number, isWaiting: boolean): boolean => {
    const phase = phaseOf(params, ended, now);
    if (phase === 'reveal' || phase === 'closed') missed.push(ended);
    else if (phase === 'commit' && (!isWaiting || now >= windowsOf(params, ended).end + settle))
      close.push(ended);
    else return false;
    return true;
  };
  let { epoch, ended } = before;
  const next = epochAt(params, now);
  if (next !== undefined && (epoch === undefined || next > epoch)) {
    // One more has ended: the one before it waits no longer.
    if (ended !== undefined) isDone(ended, false);
    ended = epoch;
    epoch = next;
  }
  if (ended !== undefined && isDone(ended, true)) ended = undefined;
  return { turn: { epoch, ended }, close, missed };
}
