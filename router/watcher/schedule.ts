import type { Random } from '../core/clock.ts';
import type { Ms } from '../core/units.ts';

/** When each key is due next. */
export type Schedule<Key> = ReadonlyMap<Key, Ms>;

export interface Due<Key> {
  readonly due: readonly Key[];
  readonly schedule: Schedule<Key>;
}

/**
 * The keys to probe at `now`, and the schedule with their next times: half to one and a half intervals later, at
 * random, so that no service knows when it is asked. A new key waits up to one interval; keys that are gone are
 * forgotten.
 */
export function dueProbes<Key>(
  schedule: Schedule<Key>,
  keys: Iterable<Key>,
  now: Ms,
  intervalMs: Ms,
  random: Random,
): Due<Key> {
  const due: Key[] = [];
  const next = new Map<Key, Ms>();
  for (const key of keys) {
    const at = schedule.get(key);
    if (at === undefined) next.set(key, (now + random() * intervalMs) as Ms);
    else if (at > now) next.set(key, at);
    else {
      due.push(key);
      next.set(key, (now + (0.5 + random()) * intervalMs) as Ms);
    }
  }
  return { due, schedule: next };
}
