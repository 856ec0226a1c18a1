import { ms } from '../../core/units.ts';
import type { Attempt } from '../networkRouter.ts';

/** The attempts of a call that is answered in parts, as many as anybody reads. */
export interface AttemptLog {
  /**
   * @param afterMs when the part was asked for, since the call began
   * @returns the attempts as they stand in the log
   */
  add(attempts: readonly Attempt[], afterMs: number, part: number): readonly Attempt[];
  /** In the order of their beginnings; those that decided the answer are among them. */
  told(deciding?: readonly Attempt[]): readonly Attempt[];
}

// Few enough for a log line.
const MOST_TOLD = 64;

export function createAttemptLog(): AttemptLog {
  const first: Attempt[] = [];
  return {
    add(attempts, afterMs, part) {
      const placed = attempts.map((attempt) => ({
        ...attempt,
        afterMs: ms(attempt.afterMs + afterMs),
        part,
      }));
      first.push(...placed.slice(0, MOST_TOLD - first.length));
      return placed;
    },
    told(deciding = []) {
      const others = first.filter((attempt) => !deciding.includes(attempt));
      const most: readonly Attempt[] = [...deciding, ...others].slice(0, MOST_TOLD);
      return most.toSorted((one, other) => one.afterMs - other.afterMs);
    },
  };
}
