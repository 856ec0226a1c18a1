import { BaseError, LimitExceededRpcError, ResponseBodyTooLargeError, TimeoutError } from 'viem';
import { plainText } from '../chain/chainError.ts';
import { type FailedAnswer, failedAnswer } from '../chain/failedAnswer.ts';
import { rowOf } from '../core/classify.ts';
import { soundsTooLarge } from '../core/sizeRefusal.ts';
import type { Ms, UnixSeconds } from '../core/units.ts';

/**
 * Why logs were refused:
 * - `tooLarge`: fewer blocks at once may be answered
 * - `timedOut`: the same may be true, or the endpoint hangs
 * - `rateLimited`: the same question may be answered later
 */
export type LogsRefusal =
  | { readonly kind: 'tooLarge' | 'timedOut' | 'other' }
  | { readonly kind: 'rateLimited'; readonly retryAfterMs: Ms | undefined };

const TIMED_OUT = /timed? ?out|took too long|deadline/i;

const HTTP_OK = 200;
const HTTP_TOO_LARGE = 413;
const HTTP_TOO_MANY_REQUESTS = 429;
const HTTP_GATEWAY_TIMEOUT = 504;

export function logsRefusal(error: unknown, now: UnixSeconds): LogsRefusal {
  if (!(error instanceof Error)) return { kind: 'other' };
  const answer = failedAnswer(error, now);
  const text = answer?.message ?? plainText(error);
  if (answer?.status === HTTP_GATEWAY_TIMEOUT || hasCause(error, TimeoutError)) return { kind: 'timedOut' };
  if (answer?.status === HTTP_TOO_LARGE || hasCause(error, ResponseBodyTooLargeError))
    return { kind: 'tooLarge' };
  // A needless halving costs one request, a missed one the backfill.
  const sounds = soundsTooLarge(text);
  if (sounds === 'yes' && answer?.status !== HTTP_TOO_MANY_REQUESTS) return { kind: 'tooLarge' };
  if (answer !== undefined && isRateLimit(answer))
    return { kind: 'rateLimited', retryAfterMs: answer.retryAfterMs };
  if (TIMED_OUT.test(text)) return { kind: 'timedOut' };
  return { kind: sounds !== 'no' || hasCause(error, LimitExceededRpcError) ? 'tooLarge' : 'other' };
}

function isRateLimit({ status, code, message }: FailedAnswer): boolean {
  // "Limit exceeded", without a word of which.
  const telling = code === LimitExceededRpcError.code ? undefined : code;
  const isRpcError = code !== undefined;
  const observed = {
    method: 'eth_getLogs',
    httpStatus: status ?? HTTP_OK,
    code: telling,
    message,
    isRpcError,
  };
  return rowOf(observed)?.class === 'capacity';
}

function hasCause(error: Error, kind: abstract new (...args: never[]) => Error): boolean {
  return error instanceof BaseError && error.walk((cause) => cause instanceof kind) !== null;
}
