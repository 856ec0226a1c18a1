import { type Caip2, eip155ChainId } from '../core/caip2.ts';
import { CAPABILITY_BITS } from '../core/capability.ts';
import type { Clock, Random } from '../core/clock.ts';
import type { ErrorClass } from '../core/errorClass.ts';
import type { Lack } from '../core/errorTable.ts';
import type { ClientCall } from '../core/jsonRpc.ts';
import type { RawJson } from '../core/rawJson.ts';
import { rawTransactionHash } from '../core/txHash.ts';
import type { Ms } from '../core/units.ts';
import type { Address } from '../registry/providerSet.ts';
import { type Finding, learnt, logLimit } from '../routing/abilities.ts';
import { type ChooseArgs, choose } from '../routing/choose.ts';
import { type Among, type IneligibleReason, ineligibleReason, isLastResort } from '../routing/eligibility.ts';
import { explainReason, type ReasonFacts } from '../routing/explainReason.ts';
import type { FloorMemory } from '../routing/headFloor.ts';
import { callCost, freshHealth, type Health, slowStart } from '../routing/health.ts';
import { type MethodTraits, methodTraits } from '../routing/methods.ts';
import { createOpinionBudget } from '../routing/opinionBudget.ts';
import { createOutage } from '../routing/outage.ts';
import { type Question, questionOf } from '../routing/question.ts';
import type { RoutingSettings } from '../routing/settings.ts';
import type { FailureReason, UpstreamClient, UpstreamOutcome, UpstreamTarget } from '../upstream/outcome.ts';
import type { Client } from './client.ts';
import { forwardCall } from './forwardCall.ts';
import { createHedgeBudget, NO_HEDGES } from './forwardHedge.ts';
import { createCallRun, type ForwardContext, type ServiceState } from './forwardRun.ts';
import { createMembers } from './members.ts';
import { isMined, minedLookup, reviewLookup } from './minedLookup.ts';
import { createMirrorProbes } from './mirrorProbes.ts';
import { createNetworkHeads } from './networkHeads.ts';
import { explainRoute, type RouteExplanation, type RouteQuestion } from './routeExplanation.ts';
import { sendTransaction } from './sendTransaction.ts';
import { type ServiceView, viewOf } from './serviceView.ts';

export interface RouteService {
  readonly key: string;
  /** Safe and bounded, for metrics and status: own name, or `0xabcd…ef12` of the provider. */
  readonly label: string;
  readonly tier: 'own' | 'network';
  readonly target: UpstreamTarget;
  /** Bitmap, see core/capability. */
  readonly capabilities: number;
  /** Relative share of calls among equally fast services; 1 is usual. */
  readonly weight: number;
  readonly provider?: Address;
}

/** What a poll of one service found. */
export type HeadReport =
  | { readonly ok: true; readonly number: number; readonly chainIdOk: boolean }
  | { readonly ok: false; readonly class: ErrorClass };

export interface Attempt {
  readonly service: string;
  readonly reason: 'ok' | FailureReason;
  readonly class?: ErrorClass;
  /** Of class `capability`: what the node said that it cannot. */
  readonly lack?: Lack;
  readonly httpStatus?: number;
  /** When it began, since the call did. */
  readonly afterMs: Ms;
  readonly latencyMs: Ms;
  /** Of a call that took several queries: which of them. */
  readonly part?: number;
}

export type Answer = {
  /** Of a call that was split only some are told. */
  readonly attempts: readonly Attempt[];
  /** The queries that a call took that was split; left out for all others. */
  readonly parts?: number;
} & (
  | { readonly kind: 'result'; readonly result: RawJson }
  | {
      readonly kind: 'error';
      readonly error: RawJson;
      /** The caller asked for more than this gateway gives. */
      readonly refused?: true;
      /** Of a call that was split: the query whose error it is. */
      readonly part?: number;
    }
);

export interface NetworkRouter {
  readonly caip2: Caip2;
  readonly slug: string;
  /** Replaces the services; one whose key and URL stay keeps its health. Calls in flight go on undisturbed. */
  setServices(services: readonly RouteService[]): void;
  /** Until the service is listed as another object; unknown keys are ignored. */
  setWeight(key: string, weight: number): void;
  /** For calls from now on. */
  setSettings(settings: RoutingSettings): void;
  /** Answers a call by the services, within the span given. Never rejects. A notification is executed too; drop its answer. */
  forward(call: ClientCall, options: ForwardOptions): Promise<Answer>;
  /**
   * Takes what a poll found; unknown keys are ignored (the service left meanwhile).
   * @returns why the service is not asked for most calls now; undefined when it is
   */
  reportHead(key: string, report: HeadReport): IneligibleReason | undefined;
  /**
   * Whether the service is one of those of a large network that are polled often; unknown keys are ignored. As long as
   * there are any, they are asked first, and they alone say where the chain is.
   */
  setOnDuty(key: string, isOnDuty: boolean): void;
  /** Takes what probes showed of a service's abilities; unknown keys are ignored. */
  reportFindings(key: string, findings: readonly Finding[]): void;
  services(): readonly ServiceView[];
  hasEligible(): boolean;
  /** The block number that the services agree on; undefined before the first report. */
  agreedHead(): number | undefined;
  /**
   * The longest `eth_getLogs` query, in blocks, that some service which is well is believed to answer; undefined while one
   * of them has no known limit, or nobody is well. Its work grows with the services: for calls that it concerns.
   */
  logBlocks(): number | undefined;
  /** How a call would be answered now, by the rules that route. Its work grows with the services: for operators. */
  explain(question: Omit<RouteQuestion, 'network'>): RouteExplanation;
}

export interface ForwardOptions {
  readonly deadlineMs: Ms;
  /** A read ends when its client has left; what acts goes on. */
  readonly client?: Client | undefined;
  /** Calls of one session are answered by one service as long as it is eligible. */
  readonly session?: string | undefined;
}

export interface RouterHooks {
  /** After each attempt whose outcome was waited for; `attemptIndex` counts from 0 within the call. Must not throw. */
  onAttempt?(service: RouteService, outcome: UpstreamOutcome, attemptIndex: number): void;
  /** After a copy of a user's read that tried whether a failed service is back. Must not throw. */
  onProbe?(service: RouteService, outcome: UpstreamOutcome): void;
  /** After a call was answered with a result: all whom it was put to, in this order. Must not throw. */
  onAnswered?(question: Question, attempts: readonly AnsweredAttempt[]): void;
}

/** One that was asked, in a call that some service answered. */
export interface AnsweredAttempt {
  readonly state: { readonly service: RouteService };
  readonly startedAt: Ms;
  readonly outcome: UpstreamOutcome | undefined;
  /** Given up before it ended: the outcome is the router's word. */
  readonly isCut: boolean;
}

export interface NetworkRouterArgs {
  readonly caip2: Caip2;
  readonly slug: string;
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: RoutingSettings;
  readonly hooks?: RouterHooks;
  /** What the processes that serve the same clients told them of the chain's head; left out when there are none. */
  readonly told?: FloorMemory | undefined;
}

export function createNetworkRouter(args: NetworkRouterArgs): NetworkRouter {
  const { clock, random } = args;
  let { settings } = args;
  // Where a chain's identity cannot be asked for, it is taken from whoever named the endpoint.
  const chainId = eip155ChainId(args.caip2);
  const chain = chainId === undefined ? 'verified' : 'unverified';
  const hedges = createHedgeBudget(settings.hedgeShare);
  const opinions = createOpinionBudget(clock);
  const members = createMembers(() => freshHealth(settings, clock.now(), chain));
  const heads = createNetworkHeads({ ...args, settings: () => settings });
  const probes = createMirrorProbes({
    upstream: args.upstream,
    clock,
    settings: () => settings,
    isMember: (state) => members.get(state.service.key) === state,
    onOutcome: ({ service }, outcome) => args.hooks?.onProbe?.(service, outcome),
  });

  const factsOf = ({ service, health }: ServiceState, question: Question, now: Ms): ReasonFacts => ({
    tier: service.tier,
    offered: service.capabilities,
    health,
    question,
    agreedHead: heads.agreed(),
    settings,
    now,
  });
  const reasonOf = (state: ServiceState, question: Question, now: Ms) =>
    ineligibleReason(factsOf(state, question, now));

  const context: ForwardContext = {
    slug: args.slug,
    upstream: args.upstream,
    clock,
    chainId,
    get settings() {
      return settings;
    },
    hooks: args.hooks ?? {},
    probes,
    outage: createOutage(),
    review: heads.review,
    agreedHead: heads.agreed,
    choose(question, isTried, among, session) {
      const now = clock.now();
      if (session !== undefined) {
        const isAllowed = (state: ServiceState) =>
          !isTried(state) && reasonOf(state, question, now) === undefined;
        const service = members.ofSession(session, isAllowed);
        if (service) return { service, reason: undefined };
      }
      return choose(rulesOf(question, isTried, among, now));
    },
  };

  function rulesOf(
    question: Question,
    isTried: (state: ServiceState) => boolean,
    among: Among,
    now: Ms,
  ): ChooseArgs<ServiceState> {
    return {
      tiers: members.tiers(),
      isTried,
      reasonOf: (state) => reasonOf(state, question, now),
      costOf: ({ health }) => callCost(health, now) * lagFactorOf(health, question),
      weightOf: ({ health, service }) => service.weight * slowStart(health, settings.slowStartMs, now),
      isLastResort: (reason, { health }) => isLastResort(reason, among, health),
      random,
    };
  }

  /** A call that names a block is answered the same by all who have it. */
  function lagFactorOf(health: Health, { block }: Question): number {
    return block === undefined ? heads.lagFactor(health) : 1;
  }

  /** Whom a session's calls go to, and whom when those before cannot answer. */
  function turnsOfSession(session: string, question: Question, now: Ms): readonly ServiceState[] {
    const turns: ServiceState[] = [];
    while (turns.length < settings.maxAttempts) {
      const isAllowed = (state: ServiceState) =>
        !turns.includes(state) && reasonOf(state, question, now) === undefined;
      const next = members.ofSession(session, isAllowed);
      if (next === undefined) break;
      turns.push(next);
    }
    return turns;
  }

  const read = (
    call: ClientCall,
    traits: MethodTraits,
    { deadlineMs, client, session }: ForwardOptions,
    within = context,
  ) => {
    const { kind } = traits;
    const run = createCallRun(within, call, traits, deadlineMs, session);
    if (kind === 'read') client?.onGone(run.cancel);
    const ofCall = session === undefined ? hedges : NO_HEDGES;
    return forwardCall({ slug: args.slug, run, kind, settings, hedges: ofCall, opinions });
  };

  function logBlocks(): number | undefined {
    const now = clock.now();
    let longest: number | undefined;
    for (const state of members.all()) {
      const reason = reasonOf(state, ORDINARY, now);
      // One that is asked too often says nothing else than before.
      if (reason !== undefined && reason !== 'held-off') continue;
      const limit = logLimit(state.health.abilities, now);
      if (limit === undefined) return undefined;
      longest = Math.max(longest ?? 0, limit);
    }
    return longest;
  }

  return {
    caip2: args.caip2,
    slug: args.slug,

    setServices(services) {
      for (const state of members.replace(services)) heads.forget(state);
    },

    setWeight(key, weight) {
      const state = members.get(key);
      if (state) state.service = { ...state.service, weight };
    },
    setOnDuty(key, isOnDuty) {
      const state = members.get(key);
      if (state) for (const retired of members.setOnDuty(state, isOnDuty)) heads.retire(retired);
    },

    setSettings(now) {
      settings = now;
    },

    forward(call, options) {
      const traits = methodTraits(call.method);
      if (traits.kind !== 'send') return read(call, traits, options);
      return sendTransaction({
        run: createCallRun(context, call, traits, options.deadlineMs, options.session),
        hash: rawTransactionHash(call.params),
        settings,
        async isOnChain(hash, withinMs) {
          const lookup = minedLookup(hash);
          const within = { ...context, review: reviewLookup };
          const answer = await read(lookup, methodTraits(lookup.method), { deadlineMs: withinMs }, within);
          return answer.kind === 'result' && isMined(answer.result, hash);
        },
      });
    },

    reportHead(key, report) {
      const state = members.get(key);
      if (!state) return undefined;
      heads.report(state, report, members.isSeldom(state));
      return reasonOf(state, ORDINARY, clock.now());
    },

    reportFindings(key, findings) {
      const state = members.get(key);
      if (!state) return;
      const now = clock.now();
      const abilities = findings.reduce(
        (known, finding) => learnt(known, finding, now),
        state.health.abilities,
      );
      state.health = { ...state.health, abilities };
    },

    services() {
      const now = clock.now();
      return members.all().map((state) => {
        const reason = reasonOf(state, ORDINARY, now);
        const text = reason && explainReason(reason, factsOf(state, ORDINARY, now));
        return viewOf(state, reason, text?.because, now);
      });
    },

    hasEligible() {
      const now = clock.now();
      const isEligible = (state: ServiceState) => reasonOf(state, ORDINARY, now) === undefined;
      return members.tiers().some((tier) => tier.some(isEligible));
    },

    agreedHead: heads.agreed,

    logBlocks,

    explain({ method, params, session }) {
      const now = clock.now();
      const agreedHead = heads.agreed();
      const traits = methodTraits(method);
      const question = questionOf(method, params, traits, agreedHead);
      return explainRoute({
        network: { caip2: args.caip2, slug: args.slug },
        ...{ traits, question, agreedHead, settings, now },
        textOf: (reason, state) => explainReason(reason, factsOf(state, question, now)),
        rules: { ...rulesOf(question, () => false, 'any', now), tiers: members.apart() },
        lagFactorOf: ({ health }) => lagFactorOf(health, question),
        logLimit: question.logBlocks > 0 ? logBlocks() : undefined,
        ofSession: session === undefined ? undefined : turnsOfSession(session, question, now),
      });
    },
  };
}

// What most calls ask for.
const ORDINARY: Question = {
  method: '',
  capabilities: CAPABILITY_BITS.full,
  block: undefined,
  depth: 0,
  logBlocks: 0,
};
