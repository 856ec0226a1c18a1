import type { Clock } from '../core/clock.ts';
import { encodeJson } from '../core/rawJson.ts';
import { type Ms, ms } from '../core/units.ts';
import { blockNumber } from '../routing/requestedBlock.ts';
import type { CancelCall, UpstreamCall, UpstreamClient, UpstreamOutcome } from '../upstream/outcome.ts';
import type { ServiceState } from './forwardRun.ts';

const QUESTION: UpstreamCall = { method: 'eth_chainId', params: encodeJson([]), repeatable: true };

/**
 * Asks a service that has not shown its chain yet for the chain's id, and the call only if it is the right one: a
 * service of another chain would answer, and wrongly.
 * @param timeoutMs for both
 */
export function startVerified(args: {
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  readonly chainId: number;
  readonly state: ServiceState;
  readonly asked: UpstreamCall;
  readonly timeoutMs: Ms;
  readonly done: (outcome: UpstreamOutcome) => void;
}): CancelCall {
  const { upstream, clock, state, timeoutMs, done } = args;
  const { target } = state.service;
  const beganAt = clock.now();
  let cancel = upstream.start(target, QUESTION, timeoutMs, (outcome) => {
    if (!outcome.ok) {
      // Whatever it says of this question, the call itself has not been sent.
      done({ ...outcome, class: outcome.class === 'capacity' ? 'capacity' : 'provider', unsent: true });
      return;
    }
    if (blockNumber(outcome.result) !== args.chainId) {
      state.health = { ...state.health, chain: 'wrong' };
      const { latencyMs } = outcome;
      done({ ok: false, class: 'provider', reason: 'wrong-chain', unsent: true, latencyMs });
      return;
    }
    if (state.health.chain === 'unverified') state.health = { ...state.health, chain: 'verified' };
    const left = ms(Math.max(1, timeoutMs - (clock.now() - beganAt)));
    cancel = upstream.start(target, args.asked, left, done);
  });
  return () => cancel();
}
