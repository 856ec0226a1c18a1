import { readRpcError, rowOf } from '../../core/classify.ts';
import { soundsTooLarge } from '../../core/sizeRefusal.ts';
import type { Answer, Attempt } from '../networkRouter.ts';
import type { BlockSpan } from './blockSpan.ts';

export type ErrorAnswer = Extract<Answer, { kind: 'error' }>;

const LOGS = 'eth_getLogs';
const HTTP_TOO_LARGE = 413;
// Of proxies before nodes; the second is Cloudflare's.
const GATEWAY_TIMEOUTS: readonly (number | undefined)[] = [504, 524];

/**
 * Whether a query for logs failed because it was about too much, so that fewer blocks may be answered: `refused` in so
 * many words, or `timed-out` at all who were asked.
 */
export function whyTooLarge(answer: ErrorAnswer): 'refused' | 'timed-out' | undefined {
  const { attempts } = answer;
  const own = attempts.find((attempt) => attempt.class === 'client');
  if (own !== undefined) return isUnknownRefusal(answer, own) ? 'refused' : undefined;
  if (attempts.some(isRefusal)) return 'refused';
  return attempts.length > 0 && attempts.every(isTimeout) ? 'timed-out' : undefined;
}

function isRefusal({ lack, httpStatus }: Attempt): boolean {
  return lack === 'range' || httpStatus === HTTP_TOO_LARGE;
}

function isTimeout({ reason, httpStatus }: Attempt): boolean {
  return reason === 'timeout' || GATEWAY_TIMEOUTS.includes(httpStatus);
}

/** Words that no list has, and that sound like it: a needless part costs a call, a missed one the answer. */
function isUnknownRefusal({ error }: ErrorAnswer, { httpStatus = 200 }: Attempt): boolean {
  const { code, message } = readRpcError(error);
  const row = rowOf({ method: LOGS, httpStatus, code, message, isRpcError: true });
  return row === undefined && message !== undefined && soundsTooLarge(message) === 'yes';
}

// As a hexadecimal pair, and in reth's words.
const SUGGESTIONS = [
  /\[\s*(0x[\da-f]{1,13})\s*,\s*(0x[\da-f]{1,13})\s*\]/i,
  /\brange (\d{1,15}) ?- ?(\d{1,15})\b/i,
];
// Who advises less than this part of what was asked wastes calls.
const LEAST_SHARE = 1 / 32;

/** The last block of the range that a refusal says would work; undefined when it says none that makes sense. */
export function suggestedEnd({ error }: ErrorAnswer, { from, to }: BlockSpan): number | undefined {
  const message = readRpcError(error).message?.slice(0, 1_000) ?? '';
  for (const pattern of SUGGESTIONS) {
    const [, first, last] = pattern.exec(message) ?? [];
    const end = Number(last);
    if (Number(first) === from && end < to && end - from + 1 >= (to - from + 1) * LEAST_SHARE) return end;
  }
  return undefined;
}
