import type { Random } from '../core/clock.ts';
import { createDueQueue, type Due, NOWHERE } from '../core/dueQueue.ts';
import { type Ms, ms } from '../core/units.ts';

/** When each key is due next, at random, so that nobody knows when it is asked. */
export interface Schedule<Key> {
  /** These from now on: a new key waits up to one interval, one that is gone is forgotten. */
  keep(keys: Iterable<Key>, now: Ms, intervalMs: Ms): void;
  /** Those whose time has come. Each is due again half to one and a half intervals later. */
  due(now: Ms, intervalMs: Ms): Key[];
}

interface Turn<Key> extends Due {
  readonly key: Key;
}

/** Looking for those that are due costs as much as there are, however many wait. */
export function createSchedule<Key>(random: Random): Schedule<Key> {
  const queue = createDueQueue<Turn<Key>>();
  let turns = new Map<Key, Turn<Key>>();
  return {
    keep(keys, now, intervalMs) {
      const kept = new Map<Key, Turn<Key>>();
      for (const key of keys) {
        const turn = turns.get(key) ?? { key, dueAt: now, place: NOWHERE };
        kept.set(key, turn);
        if (!turns.has(key)) queue.put(turn, ms(now + random() * intervalMs));
      }
      for (const [key, turn] of turns) if (!kept.has(key)) queue.remove(turn);
      turns = kept;
    },
    due(now, intervalMs) {
      const taken: Key[] = [];
      for (let turn = queue.take(now); turn !== undefined; turn = queue.take(now)) {
        taken.push(turn.key);
        queue.put(turn, ms(now + (0.5 + random()) * intervalMs));
      }
      return taken;
    },
  };
}
