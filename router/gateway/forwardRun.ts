import { CAPABILITY_BITS } from '../core/capability.ts';
import type { Clock } from '../core/clock.ts';
import type { ClientCall } from '../core/jsonRpc.ts';
import type { RawJson } from '../core/rawJson.ts';
import { type Ms, ms } from '../core/units.ts';
import { methodRefused } from '../routing/abilities.ts';
import type { Choice } from '../routing/choose.ts';
import { type Among, isLongShot } from '../routing/eligibility.ts';
import { callAbandoned, callEnded, callStarted, type Health } from '../routing/health.ts';
import type { MethodTraits } from '../routing/methods.ts';
import type { Outage } from '../routing/outage.ts';
import { isOfAnyBlock, type Question, questionOf } from '../routing/question.ts';
import type { RoutingSettings } from '../routing/settings.ts';
import type { CancelCall, UpstreamClient, UpstreamOutcome } from '../upstream/outcome.ts';
import { type FailedAttempt, failureError } from './forwardFailure.ts';
import { learntFrom } from './learntFrom.ts';
import type { MirrorProbes } from './mirrorProbes.ts';
import type { NetworkHeads, Review } from './networkHeads.ts';
import type { Answer, Attempt, RouterHooks, RouteService } from './networkRouter.ts';
import { startVerified } from './startVerified.ts';

/** A service as it is now: its settings and health are values that are replaced whole. */
export interface ServiceState {
  /** Of its key. */
  readonly hash: number;
  /** As it is listed. */
  listed: RouteService;
  /** With the weight that it has by now. */
  service: RouteService;
  health: Health;
  /** Of a large network, one of those that are polled often and asked first. */
  isOnDuty: boolean;
}

/** What a call needs of its network. */
export interface ForwardContext {
  readonly slug: string;
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  /** Undefined where a chain's identity cannot be asked for. */
  readonly chainId: number | undefined;
  readonly settings: RoutingSettings;
  readonly hooks: RouterHooks;
  choose(
    question: Question,
    isTried: (state: ServiceState) => boolean,
    among: Among,
    session: string | undefined,
  ): Choice<ServiceState> | undefined;
  readonly probes: MirrorProbes;
  readonly outage: Outage;
  readonly review: NetworkHeads['review'];
  agreedHead(): number | undefined;
}

/** One attempt that is under way. */
export interface Running {
  readonly state: ServiceState;
}

export type OnEnded = (running: Running, outcome: UpstreamOutcome) => void;

/** One call on its way through the services: each is asked once at most, and all share one deadline. */
export interface CallRun {
  /**
   * Asks the next service; undefined when none is left, or no attempt or time.
   * @param onEnded called once, never before this has returned
   */
  start(among: Among, onEnded: OnEnded): Running | undefined;
  /** Until the deadline. */
  remainingMs(): Ms;
  /** Gives up what still runs, and blames those that were asked before the winner: it came late and was faster. */
  abandonRest(winner: Running): void;
  /** Undefined when the result is the answer. */
  review(from: Running, result: RawJson): Review | undefined;
  result(result: RawJson): Answer;
  error(error: RawJson): Answer;
  /** The answer when nothing is left to try. */
  failure(): Answer;
  /** Nobody waits for the answer any more: ends what runs, without blame, and starts nothing else. */
  cancel(): void;
}

interface Entry extends Running {
  readonly startedAt: Ms;
  outcome: UpstreamOutcome | undefined;
  /** Given up before it ended. */
  isCut: boolean;
  cancel: CancelCall;
}

export function createCallRun(
  context: ForwardContext,
  call: ClientCall,
  traits: MethodTraits,
  deadlineMs: Ms,
  session: string | undefined,
): CallRun {
  const { clock, settings } = context;
  const beganAt = clock.now();
  const endsAt = beganAt + deadlineMs;
  let isCancelled = false;
  let lastResorts = 0;
  let longShots = 0;
  const entries: Entry[] = [];
  const isTried = (state: ServiceState) => entries.some((entry) => entry.state === state);
  const repeatable = traits.kind === 'read';
  const question = questionOf(call.method, call.params, traits, context.agreedHead());

  function settle(entry: Entry, outcome: UpstreamOutcome, timeoutMs: Ms) {
    // Abandoned already, and counted then.
    if (entry.outcome) return;
    entry.outcome = outcome;
    const { state } = entry;
    const now = clock.now();
    // The caller's deadline cut it short: no sign of a slow service.
    const cutShort = !outcome.ok && outcome.reason === 'timeout' && timeoutMs < settings.stallMs;
    const health = cutShort
      ? callAbandoned(state.health, outcome.latencyMs, now)
      : callEnded(state.health, outcome, settings, now);
    state.health = learntFrom(health, question, outcome, now);
    context.probes.watch(state);
    context.hooks.onAttempt?.(state.service, outcome, entries.indexOf(entry));
  }

  const remainingMs = () => ms(endsAt - clock.now());
  const attempts = () => entries.map((entry) => attemptOf(entry, beganAt));

  function abandon(entry: Entry, latencyMs: Ms) {
    entry.outcome = { ok: false, class: 'provider', reason: 'aborted', latencyMs };
    entry.state.health = callAbandoned(entry.state.health, latencyMs, clock.now());
  }

  return {
    remainingMs,

    start(among, onEnded) {
      const remaining = remainingMs();
      if (isCancelled || entries.length >= settings.maxAttempts || remaining < 1) return undefined;
      const choice = context.choose(question, isTried, among, session);
      if (!choice) return undefined;
      const { service: state, reason } = choice;
      if (reason !== undefined) {
        if (lastResorts >= context.outage.lastResorts()) return undefined;
        lastResorts += 1;
        if (isLongShot(reason)) longShots += 1;
        if (longShots > LONG_SHOTS) return undefined;
      }
      const startedAt = clock.now();
      const entry: Entry = { state, startedAt, outcome: undefined, isCut: false, cancel: nothing };
      entries.push(entry);
      state.health = callStarted(state.health, startedAt);
      // Of one that seems dead no long wait is expected to pay.
      const isDoubtful = reason === 'breaker-open' || reason === 'silent';
      const timeoutMs = isDoubtful ? ms(Math.min(remaining, settings.stallMs)) : remaining;
      const { method, params } = call;
      const asked = { method, params, repeatable };
      const done = (outcome: UpstreamOutcome) => {
        settle(entry, outcome, timeoutMs);
        onEnded(entry, outcome);
      };
      const { upstream, chainId } = context;
      entry.cancel =
        state.health.chain === 'unverified' && chainId !== undefined
          ? startVerified({ upstream, clock, chainId, state, asked, timeoutMs, done })
          : upstream.start(state.service.target, asked, timeoutMs, done);
      if (repeatable && entries.length === 1) context.probes.mirror(call, question);
      return entry;
    },

    abandonRest(winner) {
      let wasAskedBefore = true;
      for (const entry of entries) {
        if (entry.state === winner.state) wasAskedBefore = false;
        if (entry.outcome) continue;
        entry.isCut = true;
        const latencyMs = ms(clock.now() - entry.startedAt);
        if (wasAskedBefore) {
          settle(entry, { ok: false, class: 'provider', reason: 'timeout', latencyMs }, settings.stallMs);
        } else {
          abandon(entry, latencyMs);
        }
        entry.cancel();
      }
    },

    review: ({ state }, result) => context.review(state, call, question.block, result),

    result(result) {
      context.outage.answered();
      context.hooks.onAnswered?.(question, entries);
      if (entries.length > 1) learnMethods(entries, question, call.params, clock.now());
      return { kind: 'result', result, attempts: attempts() };
    },
    error(error) {
      context.outage.answered();
      return { kind: 'error', error, attempts: attempts() };
    },
    failure() {
      if (!isCancelled) context.outage.failed();
      const special = question.capabilities & ~CAPABILITY_BITS.full;
      const failed = entries.flatMap(({ state: { service }, outcome }): FailedAttempt[] => {
        const isSpecialist = special !== 0 && (special & ~service.capabilities) === 0;
        return outcome && !outcome.ok ? [{ service: service.label, outcome, isSpecialist }] : [];
      });
      return { kind: 'error', error: failureError(context.slug, failed), attempts: attempts() };
    },

    cancel() {
      isCancelled = true;
      for (const entry of entries) {
        if (entry.outcome) continue;
        abandon(entry, ms(clock.now() - entry.startedAt));
        entry.cancel();
      }
    },
  };
}

// Who most likely cannot is asked too before a call fails, but not the whole network for what nobody offers.
const LONG_SHOTS = 8;

/** Of a call that was answered: who does not offer its method, or nothing that it could be about. */
function learnMethods(entries: readonly Entry[], question: Question, params: RawJson | undefined, now: Ms) {
  for (const { state, outcome } of entries) {
    if (outcome?.ok !== false) continue;
    const { lack } = outcome;
    if (lack !== 'method' && !(lack === 'state' && isOfAnyBlock(question, params))) continue;
    state.health = {
      ...state.health,
      abilities: methodRefused(state.health.abilities, question.method, now),
    };
  }
}

function nothing(): void {}

function attemptOf({ state, startedAt, outcome }: Entry, beganAt: Ms): Attempt {
  const service = state.service.label;
  const afterMs = ms(startedAt - beganAt);
  // Still running: its answer did not matter for this call.
  if (!outcome) return { service, reason: 'aborted', afterMs, latencyMs: ms(0) };
  if (outcome.ok) return { service, reason: 'ok', afterMs, latencyMs: outcome.latencyMs };
  return {
    service,
    reason: outcome.reason,
    ...(outcome.reason !== 'aborted' && { class: outcome.class }),
    ...(outcome.lack !== undefined && { lack: outcome.lack }),
    ...(outcome.httpStatus !== undefined && { httpStatus: outcome.httpStatus }),
    afterMs,
    latencyMs: outcome.latencyMs,
  };
}
