import type { Clock } from '../core/clock.ts';
import { encodeJson } from '../core/rawJson.ts';
import { retryAfter } from '../core/retryAfter.ts';
import { type Ms, ms } from '../core/units.ts';
import type { Cancelled } from './http/pool.ts';
import type { ResponseHead } from './http/responseHead.ts';
import type { FailureReason, UpstreamCall, UpstreamFailure, UpstreamOutcome } from './outcome.ts';
import type { Reading } from './readAnswer.ts';

/** A call on its way: it ends exactly once, by an answer, a failure, its time or its caller. */
export interface OutgoingCall {
  readonly id: string;
  readonly method: string;
  /** The JSON-RPC request, each byte one latin1 character. */
  readonly text: string;
  readonly repeatable: boolean;
  readonly keep: boolean;
  hasEnded(): boolean;
  /** Its caller does not wait any more. */
  cancel(): void;
  answer(reading: Reading, head: ResponseHead): void;
  fail(reason: FailureReason, fate: Cancelled): void;
  /** What carries it from now on, and is told when time or caller end it. */
  carriedBy(giveUp: GiveUp): void;
}

export type GiveUp = (reason: 'timeout' | 'aborted') => Cancelled;

export interface OutgoingCallArgs {
  readonly clock: Clock;
  readonly id: string;
  readonly call: UpstreamCall;
  readonly timeoutMs: Ms;
  /** Called once, never before this returns. */
  readonly done: (outcome: UpstreamOutcome) => void;
}

export function createOutgoingCall(args: OutgoingCallArgs): OutgoingCall {
  const { clock, id, call, done } = args;
  const startedAt = clock.now();
  let ended = false;
  let giveUp: GiveUp = () => ({ unsent: true, head: undefined });
  const endBy = (reason: 'timeout' | 'aborted') => {
    // Ended before it is given up: what that breaks off must not end it otherwise.
    if (settle()) done(failed(reason, giveUp(reason)));
  };
  const timer = setTimeout(endBy, Math.max(1, Math.ceil(args.timeoutMs)), 'timeout');

  function settle(): boolean {
    if (ended) return false;
    ended = true;
    clearTimeout(timer);
    return true;
  }

  const elapsed = () => ms(clock.now() - startedAt);

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
    id,
    method: call.method,
    text: requestText(id, call),
    repeatable: call.repeatable === true,
    keep: call.keep !== false,
    hasEnded: () => ended,
    cancel: () => endBy('aborted'),
    answer(reading, head) {
      if (!settle()) return;
      done(
        reading.ok
          ? { ok: true, result: reading.result, latencyMs: elapsed() }
          : { ...reading, httpStatus: head.status, ...retryOf(head), latencyMs: elapsed() },
      );
    },
    fail(reason, fate) {
      if (settle()) done(failed(reason, fate));
    },
    carriedBy(next) {
      giveUp = next;
    },
  };
}

// All of the methods that there are: they need no escapes.
const PLAIN = /^\w+$/;

function requestText(id: string, { method, params }: UpstreamCall): string {
  const name = PLAIN.test(method) ? `"${method}"` : encodeJson(method);
  const tail = params === undefined ? '}' : `,"params":${params}}`;
  return `{"jsonrpc":"2.0","id":${id},"method":${name}${tail}`;
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
