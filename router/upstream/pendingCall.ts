import type { Clock } from '../core/clock.ts';
import { retryAfter } from '../core/retryAfter.ts';
import { type Ms, ms } from '../core/units.ts';
import type { Cancelled } from './http/pool.ts';
import type { ResponseHead } from './http/responseHead.ts';
import type { FailureReason, UpstreamFailure, UpstreamOutcome } from './outcome.ts';
import type { Reading } from './readAnswer.ts';

/** A call that waits for its outcome: it ends exactly once, by an answer, a failure, its time or its caller. */
export interface PendingCall {
  hasEnded(): boolean;
  answer(reading: Reading, head: ResponseHead): void;
  fail(reason: FailureReason, fate: Cancelled): void;
}

export interface PendingCallArgs {
  readonly clock: Clock;
  readonly startedAt: Ms;
  readonly timeoutMs: Ms;
  readonly signal: AbortSignal | undefined;
  /** Time or caller ended it: whatever was begun for it is to be given up. */
  onGivenUp(reason: 'timeout' | 'aborted'): Cancelled;
  resolve(outcome: UpstreamOutcome): void;
}

export function createPendingCall(args: PendingCallArgs): PendingCall {
  const { clock, signal } = args;
  let ended = false;
  const giveUp = (reason: 'timeout' | 'aborted') => {
    // Ended before it is given up: what that breaks off must not end it otherwise.
    if (settle()) args.resolve(failed(reason, args.onGivenUp(reason)));
  };
  const timer = setTimeout(giveUp, Math.max(1, Math.ceil(args.timeoutMs)), 'timeout');
  const onAbort = () => giveUp('aborted');
  signal?.addEventListener('abort', onAbort, { once: true });

  function settle(): boolean {
    if (ended) return false;
    ended = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    return true;
  }

  const elapsed = () => ms(clock.now() - args.startedAt);

  const failed = (reason: FailureReason, { head, unsent }: Cancelled): UpstreamFailure => ({
    ...failure(reason, elapsed(), head?.status),
    ...retryOf(head),
    ...(unsent && { unsent }),
  });

  function retryOf(head: ResponseHead | undefined) {
    const retryAfterMs = retryAfter(head?.retryAfter, clock.unix());
    return retryAfterMs === undefined ? undefined : { retryAfterMs };
  }

  return {
    hasEnded: () => ended,
    answer(reading, head) {
      if (!settle()) return;
      args.resolve(
        reading.ok
          ? { ok: true, result: reading.result, latencyMs: elapsed() }
          : { ...reading, httpStatus: head.status, ...retryOf(head), latencyMs: elapsed() },
      );
    },
    fail(reason, fate) {
      if (settle()) args.resolve(failed(reason, fate));
    },
  };
}

export function failure(reason: FailureReason, latencyMs: Ms, httpStatus?: number): UpstreamFailure {
  return {
    ok: false,
    // 429 stays a matter of capacity, whatever came of its body.
    class: httpStatus === 429 ? 'capacity' : 'provider',
    reason,
    ...(httpStatus !== undefined && { httpStatus }),
    latencyMs,
  };
}
