import type { UnixSeconds } from '../core/units.ts';

/** As the hub states them; the hub never changes them. */
export interface EpochParams {
  readonly genesis: number;
  readonly epochSeconds: number;
  readonly commitSeconds: number;
  readonly revealSeconds: number;
}

/** Bounds in the settlement chain's time; each is the first second that no longer belongs to the span before it. */
export interface EpochWindows {
  readonly start: UnixSeconds;
  /** The epoch has ended and the commit window opens. */
  readonly end: UnixSeconds;
  /** Commits close and reveals open. */
  readonly commitEnd: UnixSeconds;
  readonly revealEnd: UnixSeconds;
}

export type EpochPhase = 'future' | 'running' | 'commit' | 'reveal' | 'closed';

/** The epoch that runs at `now`; undefined before genesis. `now` is a block's timestamp, never the local clock. */
export function epochAt(params: EpochParams, now: UnixSeconds): number | undefined {
  return now < params.genesis ? undefined : Math.floor((now - params.genesis) / params.epochSeconds);
}

export function windowsOf(params: EpochParams, epoch: number): EpochWindows {
  const start = params.genesis + epoch * params.epochSeconds;
  const end = start + params.epochSeconds;
  const commitEnd = end + params.commitSeconds;
  return {
    start: start as UnixSeconds,
    end: end as UnixSeconds,
    commitEnd: commitEnd as UnixSeconds,
    revealEnd: (commitEnd + params.revealSeconds) as UnixSeconds,
  };
}

/** The newest epoch about which nobody can reveal anything any more; undefined before the first. */
export function lastClosedEpoch(params: EpochParams, now: UnixSeconds): number | undefined {
  const { commitSeconds, revealSeconds } = params;
  // What ran when the windows that close now began; the epoch before it had ended then.
  const ran = epochAt(params, (now - commitSeconds - revealSeconds) as UnixSeconds);
  return ran === undefined || ran === 0 ? undefined : ran - 1;
}

export function phaseOf(params: EpochParams, epoch: number, now: UnixSeconds): EpochPhase {
  const windows = windowsOf(params, epoch);
  if (now < windows.start) return 'future';
  if (now < windows.end) return 'running';
  if (now < windows.commitEnd) return 'commit';
  if (now < windows.revealEnd) return 'reveal';
  return 'closed';
}
