import type { SoakFault } from './faultKinds.ts';
import type { EpochPlan } from './plan.ts';
import { COMMIT_SECONDS, EPOCH_SECONDS } from './terms.ts';

/** What is done right before a second's block is mined. */
export type Act =
  | { readonly kind: 'fault'; readonly provider: number; readonly fault: SoakFault | undefined }
  /** A fault for a part of a second, or some. */
  | { readonly kind: 'spell'; readonly provider: number; readonly fault: SoakFault; readonly seconds: number }
  | {
      readonly kind: 'line' | 'settlement';
      readonly watcher: number;
      readonly state: 'up' | 'cut' | 'stalled';
    }
  | { readonly kind: 'kill' | 'start'; readonly watcher: number }
  | { readonly kind: 'reorg'; readonly depth: number }
  | { readonly kind: 'baseFee'; readonly gwei: number }
  | { readonly kind: 'pause' | 'resume' | 'down' | 'back'; readonly provider: number };

/** By second since the first epoch of the plan. */
export type Timetable = ReadonlyMap<number, readonly Act[]>;

/** By then every watcher has begun the new epoch; those who are not are waited for. */
export const HEAL_SECOND = 2;
/** The last second of a window's blocks but one: what is sent by now comes in time. */
export const COMMIT_DUE_SECOND = COMMIT_SECONDS - 1;
export const REVEAL_DUE_SECOND = EPOCH_SECONDS - 1;

const DEAR_GWEI = 100;
const USUAL_GWEI = 1;
/** After its pause a provider waits so long until it goes down: watchers learn of a pause after a block or two. */
const NOTICE_SECONDS = 4;

/** @param watchers how many */
export function timetable(plan: readonly EpochPlan[], watchers: number): Timetable {
  const acts = new Map<number, Act[]>();
  const everybody = Array.from({ length: watchers }, (_, watcher) => watcher);
  const at = (epoch: number, second: number, ...some: Act[]) => {
    const moment = epoch * EPOCH_SECONDS + second;
    acts.set(moment, [...(acts.get(moment) ?? []), ...some]);
  };
  for (let epoch = 0; epoch <= plan.length; epoch++) {
    const before = plan[epoch - 1]?.faults ?? [];
    const now = plan[epoch]?.faults ?? before.map(() => undefined);
    now.forEach((fault, provider) => {
      if (fault === before[provider]) return;
      // Ill before the epoch begins, well only after all watchers have done with the last one.
      at(epoch, fault ? 0 : HEAL_SECOND, { kind: 'fault', provider, fault });
    });
  }
  plan.forEach(({ spells, disturbance }, epoch) => {
    for (const { provider, fault, from, until } of spells) {
      at(epoch, from, { kind: 'spell', provider, fault, seconds: until - from });
    }
    switch (disturbance?.kind) {
      case 'line': {
        const { watcher, state, from, until } = disturbance;
        at(epoch, from, { kind: 'line', watcher, state });
        at(epoch, until, { kind: 'line', watcher, state: 'up' });
        return;
      }
      case 'settlement': {
        const { state, from, until } = disturbance;
        const those = disturbance.watcher === undefined ? everybody : [disturbance.watcher];
        for (const watcher of those) {
          at(epoch, from, { kind: 'settlement', watcher, state });
          at(epoch, until, { kind: 'settlement', watcher, state: 'up' });
        }
        return;
      }
      case 'kill':
        at(epoch, disturbance.from, { kind: 'kill', watcher: disturbance.watcher });
        at(epoch, disturbance.until, { kind: 'start', watcher: disturbance.watcher });
        return;
      case 'reorg':
        at(epoch, disturbance.at, disturbance);
        return;
      case 'congestion':
        for (let second = disturbance.from; second < disturbance.until; second++) {
          at(epoch, second, { kind: 'baseFee', gwei: DEAR_GWEI });
        }
        at(epoch, disturbance.until, { kind: 'baseFee', gwei: USUAL_GWEI });
        return;
      case 'maintenance': {
        const { provider } = disturbance;
        at(epoch, 1, { kind: 'pause', provider });
        at(epoch, 1 + NOTICE_SECONDS, { kind: 'down', provider });
        at(epoch + 1, HEAL_SECOND, { kind: 'back', provider });
        at(epoch + 1, HEAL_SECOND + 1, { kind: 'resume', provider });
        return;
      }
      case undefined:
        return;
    }
  });
  return acts;
}
