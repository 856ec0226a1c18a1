import { setTimeout as delay } from 'node:timers/promises';
import { DinError } from '../../router/core/dinError.ts';

const POLL_MS = 50;

/**
 * Asks `probe` again and again until it answers something else than undefined. Its errors count as "not yet".
 * @throws {@link NotInTimeError} after `timeoutMs`
 */
export async function until<Value>(
  what: string,
  probe: () => Promise<Value | undefined> | Value | undefined,
  timeoutMs: number,
  pollMs = POLL_MS,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let reason = '';
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      reason = error instanceof Error ? ` (${error.message})` : '';
    }
    if (performance.now() > deadline) throw new NotInTimeError(what, timeoutMs, reason);
    await delay(pollMs);
  }
}

export class NotInTimeError extends DinError {
  readonly code = 'NOT_IN_TIME';
  constructor(what: string, timeoutMs: number, reason: string) {
    super(`${what}: not within ${timeoutMs / 1000} s${reason}`);
  }
}
