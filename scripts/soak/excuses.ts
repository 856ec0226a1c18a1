import type { EpochPlan } from './plan.ts';
import type { Away } from './record.ts';
import type { Moment } from './settlementTime.ts';
import { COMMIT_SECONDS, EPOCH_SECONDS } from './terms.ts';
import { COMMIT_DUE_SECOND, HEAL_SECOND, REVEAL_DUE_SECOND } from './timetable.ts';

/** Of a watcher's line, as it believes, and its next look at the chain. */
const RECOVERY_SECONDS = 6;

/**
 * When no watcher saw the settlement chain: then they ask nobody, and believe no failure of that while nor of a little
 * after it. Of epochs of hours that is nothing, of those of seconds most.
 * @param start of the plan, in the chain's time
 */
export function unseen(plan: readonly EpochPlan[], providers: number, start: number): Away[] {
  return plan.flatMap(({ disturbance }, epoch) => {
    if (
      disturbance?.kind !== 'settlement' ||
      disturbance.watcher !== undefined ||
      disturbance.state !== 'cut'
    )
      return [];
    const at = start + epoch * EPOCH_SECONDS;
    const span = { from: at + disturbance.from - 1, until: at + disturbance.until + RECOVERY_SECONDS };
    return Array.from({ length: providers }, (_, provider) => ({ provider, ...span }));
  });
}

/**
 * Epochs whose reports nobody could bring, as no watcher saw the settlement chain while their window was open. From a
 * window of hours a few seconds take nothing.
 * @param first epoch of the plan
 */
export function unsent(plan: readonly EpochPlan[], first: number): number[] {
  return plan.flatMap(({ disturbance }, index) => {
    if (disturbance?.kind !== 'settlement' || disturbance.watcher !== undefined) return [];
    const { from, until } = disturbance;
    const hidesCommits = from <= HEAL_SECOND && until > COMMIT_DUE_SECOND;
    const hidesReveals = from <= COMMIT_SECONDS + 1 && until > REVEAL_DUE_SECOND;
    return hidesCommits || hidesReveals ? [first + index - 1] : [];
  });
}

/** Whose reports a reorg before this moment takes away when their window has passed. */
export function lostIn({ epoch, second }: Moment, depth: number): number[] {
  const now = epoch * EPOCH_SECONDS + second;
  return Array.from({ length: depth }, (_, back) => now - 1 - back).flatMap((removed) => {
    const of = Math.floor(removed / EPOCH_SECONDS);
    const isCommit = removed % EPOCH_SECONDS < COMMIT_SECONDS;
    const windowEnd = of * EPOCH_SECONDS + (isCommit ? COMMIT_SECONDS : EPOCH_SECONDS);
    return now < windowEnd ? [] : [of - 1];
  });
}
