import { BaseError, HttpRequestError, RpcRequestError } from 'viem';
import { retryAfter } from '../core/retryAfter.ts';
import { type Ms, ms, type UnixSeconds } from '../core/units.ts';

/** What an endpoint answered when it failed a request. */
export interface FailedAnswer {
  /** Undefined when it came as 200, or over a WebSocket. */
  readonly status: number | undefined;
  /** Of the JSON-RPC error; undefined when the answer was none. */
  readonly code: number | undefined;
  /** The endpoint's own words, without viem's. */
  readonly message: string;
  /** For how long it wants to be left alone, where it says so. */
  readonly retryAfterMs: Ms | undefined;
}

/** Undefined for errors that no answer is behind. */
export function failedAnswer(error: unknown, now: UnixSeconds): FailedAnswer | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const answer = error.walk((cause) => cause instanceof HttpRequestError || cause instanceof RpcRequestError);
  if (!(answer instanceof HttpRequestError || answer instanceof RpcRequestError)) return undefined;
  const header = answer.headers?.get('retry-after') ?? undefined;
  const data = answer instanceof RpcRequestError ? answer.data : undefined;
  return {
    status: answer.status,
    code: answer instanceof RpcRequestError ? answer.code : undefined,
    message: answer.details,
    retryAfterMs: retryAfter(header, now) ?? backOffOf(data),
  };
}

/** Infura's way: `{ backoff_seconds: 30 }`, older answers within `rate`. */
function backOffOf(data: unknown): Ms | undefined {
  if (!isRecord(data)) return undefined;
  const seconds = data.backoff_seconds ?? (isRecord(data.rate) ? data.rate.backoff_seconds : undefined);
  return typeof seconds === 'number' && seconds >= 0 ? ms(Math.ceil(seconds * 1000)) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
