import type { Ms } from '../core/units.ts';
import type { Sample } from './sample.ts';

/** An answer of any service to this watcher. */
interface Answer<Key> {
  readonly key: Key;
  readonly at: Ms;
}

/**
 * The self-check before blaming: drops each failure near which no other service answered. When all fail at once, the
 * watcher's own network is at fault until shown otherwise, so a service that nothing can be compared with is never
 * called dead.
 *
 * @param windowMs How near: from this long before the failed probe began until this long after it ended.
 */
export function witnessed<Key>(
  samples: ReadonlyMap<Key, readonly Sample[]>,
  windowMs: Ms,
): Map<Key, readonly Sample[]> {
  const answers: Answer<Key>[] = [];
  for (const [key, list] of samples) {
    for (const sample of list) if (sample.ok) answers.push({ key, at: sample.endedAt });
  }
  answers.sort((a, b) => a.at - b.at);
  const kept = new Map<Key, readonly Sample[]>();
  for (const [key, list] of samples) {
    const credible = list.filter((sample) => sample.ok || hasWitness(key, sample, answers, windowMs));
    if (credible.length > 0) kept.set(key, credible);
  }
  return kept;
}

function hasWitness<Key>(key: Key, failure: Sample, answers: readonly Answer<Key>[], windowMs: Ms): boolean {
  const until = failure.endedAt + windowMs;
  for (let index = firstAt(answers, failure.startedAt - windowMs); index < answers.length; index++) {
    const answer = answers[index];
    if (answer === undefined || answer.at > until) return false;
    if (answer.key !== key) return true;
  }
  return false;
}

/** Index of the first answer at or after `at`. */
function firstAt<Key>(answers: readonly Answer<Key>[], at: number): number {
  let low = 0;
  let high = answers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((answers[middle]?.at ?? Number.POSITIVE_INFINITY) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
