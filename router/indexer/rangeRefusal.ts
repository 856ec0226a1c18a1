import { BaseError, HttpRequestError, LimitExceededRpcError, TimeoutError } from 'viem';
import { plainText } from '../chain/chainError.ts';

// Every node and provider has its own words for it; a needless halving costs one request, a missed one the backfill.
const REFUSAL =
  /range|too (?:many|large|big|much|wide)|limit|exceed|max(?:imum)?\b|more than \d+|response size|timed? ?out|timeout|took too long|deadline/i;

const HTTP_TOO_LARGE = 413;
const HTTP_GATEWAY_TIMEOUT = 504;

/** Whether fewer blocks at once may be answered. */
export function isRangeRefused(error: unknown): boolean {
  if (!(error instanceof BaseError)) return error instanceof Error && REFUSAL.test(error.message);
  const byKind = error.walk(
    (cause) =>
      cause instanceof TimeoutError ||
      cause instanceof LimitExceededRpcError ||
      (cause instanceof HttpRequestError &&
        (cause.status === HTTP_TOO_LARGE || cause.status === HTTP_GATEWAY_TIMEOUT)),
  );
  return byKind !== null || REFUSAL.test(plainText(error));
}
