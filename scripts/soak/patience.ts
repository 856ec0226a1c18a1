import type { Address } from 'viem';
import type { AttestationLook } from './attestations.ts';
import type { Moment } from './settlementTime.ts';
import type { SoakWatcher } from './stage.ts';
import { COMMIT_DUE_SECOND, HEAL_SECOND, REVEAL_DUE_SECOND } from './timetable.ts';

/**
 * What windows of hours give, and those of seconds do not: before a window's last second, time stands still until the
 * watchers that can work have done their part. The numbers of those who have not; the first is 0.
 */
export type Patience = (moment: Moment) => Promise<number[]>;

/** A watcher's first look at the chain comes a moment after it says that it is at work. */
const FIRST_LOOK_MS = 1_500;

export function createPatience(args: {
  readonly watchers: readonly SoakWatcher[];
  readonly addresses: readonly Address[];
  readonly look: AttestationLook;
  /** When an epoch began, by `performance.now()`; undefined before. */
  readonly beganAt: (epoch: number) => number | undefined;
}): Patience {
  const { watchers, addresses, look, beganAt } = args;

  /** It was there when the epoch ended, and sees the chain. */
  function canWork({ process, settlement }: SoakWatcher, epoch: number): boolean {
    const upSince = process.upSince();
    const end = beganAt(epoch + 1);
    return (
      upSince !== undefined &&
      end !== undefined &&
      upSince + FIRST_LOOK_MS < end &&
      settlement.state() === 'up'
    );
  }

  async function isDone(index: number, { epoch, second }: Moment): Promise<boolean> {
    const watcher = watchers[index];
    const address = addresses[index];
    if (watcher === undefined || address === undefined || !canWork(watcher, epoch - 1)) return true;
    const end = watcher.process.news.find((one) => one.epoch === epoch - 1 && one.event.startsWith('epoch_'));
    if (second === HEAL_SECOND) return end !== undefined;
    // Without the chain it closed none; now it sees it again, in the window's last second.
    if (second === COMMIT_DUE_SECOND && end === undefined) return false;
    if (end?.event !== 'epoch_closed') return true;
    return await look(second === COMMIT_DUE_SECOND ? 'commit' : 'reveal', address, epoch - 1);
  }

  return async (moment) => {
    if (![HEAL_SECOND, COMMIT_DUE_SECOND, REVEAL_DUE_SECOND].includes(moment.second)) return [];
    const done = await Promise.all(watchers.map((_, index) => isDone(index, moment)));
    return done.flatMap((isOver, index) => (isOver ? [] : [index]));
  };
}
