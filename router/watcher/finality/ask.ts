import type { Ms } from '../../core/units.ts';
import type { UpstreamCall, UpstreamClient, UpstreamTarget } from '../../upstream/outcome.ts';
import { MAX_READ_BYTES } from '../mix/question.ts';

/** A node's answer; `bytes` as it came. */
export interface Answered {
  readonly answer: unknown;
  readonly bytes: number;
}

/** Asks one node. Undefined for whatever is no answer: this asks for truth, and accuses nobody. */
export type Ask = (target: UpstreamTarget, call: UpstreamCall) => Promise<Answered | undefined>;

export function createAsk(upstream: UpstreamClient, timeoutMs: Ms, signal: AbortSignal): Ask {
  return async (target, call) => {
    const outcome = await upstream.call(target, call, { timeoutMs, signal });
    if (!outcome.ok || outcome.result.length > MAX_READ_BYTES) return undefined;
    try {
      return { answer: JSON.parse(outcome.result), bytes: outcome.result.length };
    } catch {
      return undefined;
    }
  };
}
