import type { Caip2 } from '../core/caip2.ts';
import { type Capability, capabilityNames } from '../core/capability.ts';
import type { RawJson } from '../core/rawJson.ts';
import type { Ms } from '../core/units.ts';
import type { Address } from '../registry/providerSet.ts';
import type { IneligibleReason } from '../routing/eligibility.ts';
import { compareRanks, explainRanking, type Rank, type RankingArgs } from '../routing/explainRanking.ts';
import type { ReasonText } from '../routing/explainReason.ts';
import { slowStart } from '../routing/health.ts';
import { expectedMs } from '../routing/latency.ts';
import { isCheap, type MethodKind, type MethodTraits } from '../routing/methods.ts';
import type { Question } from '../routing/question.ts';
import type { RoutingSettings } from '../routing/settings.ts';
import type { ServiceState } from './forwardRun.ts';
import type { NetworkTable, TablePlan } from './networkTable.ts';

/** A call that nobody makes: how would it be answered? */
export interface RouteQuestion {
  /** Slug, CAIP-2 id or chain id. */
  readonly network: string;
  readonly method: string;
  readonly params: RawJson | undefined;
  readonly session: string | undefined;
}

/** How a network would answer a call now, by one process's knowledge or by that of several. Passes as JSON. */
export interface RouteExplanation {
  readonly caip2: Caip2;
  readonly slug: string;
  readonly head?: number | undefined;
  readonly method: string;
  readonly kind: MethodKind;
  /** What a service must be able to do. */
  readonly capabilities: readonly Capability[];
  /** Block that the call names. */
  readonly block?: number | undefined;
  /** Of a query for logs: how many blocks it spans, and how many services are known to take; more goes in parts. */
  readonly logs?: { readonly blocks: number; readonly limit?: number | undefined } | undefined;
  /** Copies of it may go to services that are tried again. */
  readonly isMirrored: boolean;
  readonly maxAttempts: number;
  /** After so long a silence the next service is asked beside the silent one. */
  readonly stallMs: Ms;
  /** Services asked at once from the start. */
  readonly fanout: number;
  /** Share of reads that may be hedged sooner; 0 where this call is none. */
  readonly hedgeShare: number;
  /** Processes that answer by their own knowledge. */
  readonly processes: number;
  /** All, in the order in which they are likely asked. */
  readonly services: readonly ExplainedService[];
}

export type RouteAnswer =
  | { readonly kind: 'explained'; readonly explanation: RouteExplanation }
  /** With the slugs of those that there are. */
  | { readonly kind: 'unknown-network'; readonly networks: readonly string[] };

export interface ExplainedService extends Rank {
  readonly key: string;
  readonly label: string;
  readonly provider?: Address | undefined;
  readonly tierName: 'own' | 'network';
  /** Processes that find it eligible. */
  readonly eligibleIn: number;
  readonly text?: ReasonText | undefined;
  /** 0 for the one that the session stays with, 1 for the one after it. */
  readonly sessionTurn?: number | undefined;
  readonly expectedMs: number;
  readonly inFlight: number;
  /** Part of its weight that it has so soon after it came. */
  readonly slowStart: number;
  /** What the cost is multiplied with for being behind. */
  readonly lagFactor: number;
  readonly head?: number | undefined;
}

export function routeAnswer(
  networks: Pick<NetworkTable<TablePlan>, 'resolve' | 'routers'>,
  question: RouteQuestion,
): RouteAnswer {
  const router = networks.resolve(question.network);
  if (router !== undefined) return { kind: 'explained', explanation: router.explain(question) };
  return { kind: 'unknown-network', networks: networks.routers().map(({ slug }) => slug) };
}

export interface ExplainRouteArgs {
  readonly network: { readonly caip2: Caip2; readonly slug: string };
  readonly traits: MethodTraits;
  readonly question: Question;
  /** The very rules that calls are routed by. */
  readonly rules: RankingArgs<ServiceState>;
  readonly lagFactorOf: (state: ServiceState) => number;
  readonly textOf: (reason: IneligibleReason, state: ServiceState) => ReasonText;
  /** In the order in which the call's session has them; undefined without a session. */
  readonly ofSession: readonly ServiceState[] | undefined;
  readonly agreedHead: number | undefined;
  /** The longest query for logs that somebody is believed to answer, in blocks; undefined while that is not known. */
  readonly logLimit?: number | undefined;
  readonly settings: RoutingSettings;
  readonly now: Ms;
}

/** Looks at each service: for operators' questions, and not for the way of a call. */
export function explainRoute(args: ExplainRouteArgs): RouteExplanation {
  const { network, question, traits, settings, now, agreedHead, ofSession } = args;
  const { kind } = traits;
  const services = explainRanking(args.rules).map(({ service: state, ...rank }): ExplainedService => {
    const { service, health } = state;
    const turn = ofSession?.indexOf(state) ?? -1;
    return {
      ...rank,
      // A session's calls go where it stays, if that may be asked.
      share: ofSession?.length ? Number(turn === 0) : rank.share,
      key: service.key,
      label: service.label,
      provider: service.provider,
      tierName: service.tier,
      eligibleIn: Number(rank.reason === undefined),
      text: rank.reason && args.textOf(rank.reason, state),
      sessionTurn: turn < 0 ? undefined : turn,
      expectedMs: expectedMs(health.latency, now),
      inFlight: health.inFlight,
      slowStart: slowStart(health, settings.slowStartMs, now),
      lagFactor: args.lagFactorOf(state),
      head: health.head?.number,
    };
  });
  return {
    ...network,
    head: agreedHead,
    method: question.method,
    kind,
    capabilities: capabilityNames(question.capabilities),
    block: question.block,
    logs: question.logBlocks > 0 ? { blocks: question.logBlocks, limit: args.logLimit } : undefined,
    isMirrored: isCheap(question.method),
    maxAttempts: settings.maxAttempts,
    stallMs: settings.stallMs,
    fanout: kind === 'send' ? settings.sendFanout : 1,
    // A session has no second service at once.
    hedgeShare: kind === 'read' && ofSession === undefined ? settings.hedgeShare : 0,
    processes: 1,
    services: services.sort(compareExplained),
  };
}

export function compareExplained(a: ExplainedService, b: ExplainedService): number {
  const turnOf = ({ sessionTurn }: ExplainedService) => sessionTurn ?? Number.MAX_SAFE_INTEGER;
  return turnOf(a) - turnOf(b) || compareRanks(a, b);
}
