import type { Clock } from '../core/clock.ts';
import type { ClientCall } from '../core/jsonRpc.ts';
import { type Ms, ms } from '../core/units.ts';
import { isTrialDue } from '../routing/breaker.ts';
import { callEnded, callStarted } from '../routing/health.ts';
import { isCheap } from '../routing/methods.ts';
import type { Question } from '../routing/question.ts';
import type { RoutingSettings } from '../routing/settings.ts';
import type { UpstreamClient, UpstreamOutcome } from '../upstream/outcome.ts';
import type { ServiceState } from './forwardRun.ts';

/** Tries services with an open breaker by copies of users' reads. No user waits for them or sees what comes of them. */
export interface MirrorProbes {
  /** Its breaker may have opened. */
  watch(state: ServiceState): void;
  /** Sends a copy of a read that is under way to one service whose trial is due, if there is one. */
  mirror(call: ClientCall, question: Question): void;
}

// A trial may come so much later; then no call spends time on looking in between.
const LOOK_EVERY_MS = 10;
// However many are out, a call looks at a few, the next call at the next.
const LOOKS = 8;
const MAX_PARAMS_LENGTH = 2_048;

export function createMirrorProbes(args: {
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  readonly settings: () => RoutingSettings;
  /** Whether it still is one of the network's. */
  readonly isMember: (state: ServiceState) => boolean;
  readonly onOutcome: (state: ServiceState, outcome: UpstreamOutcome) => void;
}): MirrorProbes {
  const { upstream, clock, settings, isMember, onOutcome } = args;
  const broken = new Set<ServiceState>();
  let nextLookAt = Number.NEGATIVE_INFINITY;

  async function probe(state: ServiceState, { method, params }: ClientCall, now: Ms) {
    state.health = callStarted(state.health, now);
    const outcome = await upstream.call(
      state.service.target,
      { method, params, repeatable: true },
      { timeoutMs: settings().stallMs },
    );
    state.health = callEnded(state.health, outcome, settings(), clock.now());
    onOutcome(state, outcome);
  }

  function nextDue(question: Question, now: Ms): ServiceState | undefined {
    let looks = Math.min(LOOKS, broken.size);
    for (const state of broken) {
      if (looks === 0) return undefined;
      looks -= 1;
      // To the end of the line.
      broken.delete(state);
      if (state.health.breaker.kind === 'closed' || !isMember(state)) continue;
      broken.add(state);
      if (isDue(state, question, now)) return state;
    }
    return undefined;
  }

  return {
    watch(state) {
      if (state.health.breaker.kind !== 'closed') broken.add(state);
    },
    mirror(call, question) {
      if (broken.size === 0) return;
      const now = clock.now();
      if (now < nextLookAt) return;
      if (!isCheap(call.method) || (call.params?.length ?? 0) > MAX_PARAMS_LENGTH) return;
      nextLookAt = ms(now + LOOK_EVERY_MS);
      const state = nextDue(question, now);
      if (state) void probe(state, call, now);
    },
  };
}

/** A trial under way is not due: there is one at a time. One whose polls find nothing needs no further proof. */
function isDue({ service, health }: ServiceState, question: Question, now: Ms): boolean {
  const offers = (service.capabilities & question.capabilities) === question.capabilities;
  const has =
    question.block === undefined || health.head === undefined || question.block <= health.head.number;
  const isQuiet = health.missedPolls > 0 || health.chain === 'wrong' || now < health.heldUntil;
  return offers && has && !isQuiet && isTrialDue(health.breaker, now);
}
