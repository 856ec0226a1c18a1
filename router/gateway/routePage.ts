import type { IneligibleReason } from '../routing/eligibility.ts';
import type { Turn } from '../routing/explainRanking.ts';
import type { MethodKind } from '../routing/methods.ts';
import type { ExplainedService, RouteExplanation } from './routeExplanation.ts';

/** The page `/status/route`. No URL and nothing that a provider wrote is in it. Null is "not known" or "none". */
export interface RoutePage {
  readonly network: { readonly caip2: string; readonly slug: string; readonly head: number | null };
  readonly call: {
    readonly method: string;
    readonly kind: MethodKind;
    readonly capabilities: readonly string[];
    readonly block: number | null;
    /** Of a query for logs: it is asked in parts when it spans more blocks than services are known to take. */
    readonly logs: { readonly blocks: number; readonly limit: number | null } | null;
    /** Copies of it may go to services that are tried again. */
    readonly mirrored: boolean;
    /** Share of such calls that may ask a second service before `silentMs` is over. */
    readonly hedgeShare: number;
    /** Services asked at once from the start. */
    readonly fanout: number;
    readonly maxAttempts: number;
    readonly silentMs: number;
  };
  /** Label of the service that the session's calls go to; null without a session, or when nobody may be asked. */
  readonly sessionAt: string | null;
  /** That answer calls, each by its own knowledge. */
  readonly processes: number;
  readonly counts: {
    readonly services: number;
    readonly eligible: number;
    /** Of the others. */
    readonly byReason: { readonly [Reason in IneligibleReason]?: number };
  };
  /** In the order in which they are likely asked. */
  readonly ranking: readonly RankedService[];
  /** Services that the ranking leaves out. */
  readonly omitted: number;
}

export interface RankedService {
  readonly place: number;
  readonly label: string;
  readonly provider: string | null;
  readonly tier: 'own' | 'network';
  readonly state: 'eligible' | 'ineligible';
  readonly turn: Turn;
  readonly reason: IneligibleReason | null;
  readonly because: string | null;
  readonly remedy: string | null;
  /** Of the processes, those that find it eligible. */
  readonly eligibleIn: number;
  readonly share: number;
  readonly tierShare: number;
  readonly expectedMs: number;
  readonly inFlight: number;
  readonly cost: number;
  readonly weight: number;
  readonly slowStart: number;
  readonly lagFactor: number;
  readonly head: number | null;
}

// Who comes later is hardly ever asked, and a set may have thousands.
const SHOWN = 20;

/** @param isWhole with all services, and not the first few */
export function routePage(explanation: RouteExplanation, isWhole: boolean): RoutePage {
  const { services, caip2, slug, head, block, logs } = explanation;
  const shown = isWhole ? services : services.slice(0, SHOWN);
  return {
    network: { caip2, slug, head: head ?? null },
    call: {
      method: explanation.method,
      kind: explanation.kind,
      capabilities: explanation.capabilities,
      block: block ?? null,
      logs: logs === undefined ? null : { blocks: logs.blocks, limit: logs.limit ?? null },
      mirrored: explanation.isMirrored,
      hedgeShare: explanation.hedgeShare,
      fanout: explanation.fanout,
      maxAttempts: explanation.maxAttempts,
      silentMs: explanation.stallMs,
    },
    sessionAt: services.find(({ sessionTurn }) => sessionTurn === 0)?.label ?? null,
    processes: explanation.processes,
    counts: {
      services: services.length,
      eligible: services.filter(({ turn }) => turn === 'eligible').length,
      byReason: countReasons(services),
    },
    ranking: shown.map((service, i) => rankedService(service, i + 1)),
    omitted: services.length - shown.length,
  };
}

function countReasons(services: readonly ExplainedService[]): RoutePage['counts']['byReason'] {
  const counts: { [Reason in IneligibleReason]?: number } = {};
  for (const { reason } of services) if (reason !== undefined) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function rankedService(service: ExplainedService, place: number): RankedService {
  const { label, provider, reason, text, turn, eligibleIn, inFlight, head } = service;
  return {
    place,
    label,
    provider: provider ?? null,
    tier: service.tierName,
    state: turn === 'eligible' ? 'eligible' : 'ineligible',
    turn,
    reason: reason ?? null,
    because: text?.because ?? null,
    remedy: text?.remedy ?? null,
    eligibleIn,
    share: rounded(service.share, 1e6),
    tierShare: rounded(service.tierShare, 1e6),
    expectedMs: rounded(service.expectedMs, 100),
    inFlight,
    cost: rounded(service.cost, 100),
    weight: rounded(service.weight, 1_000),
    slowStart: rounded(service.slowStart, 1_000),
    lagFactor: rounded(service.lagFactor, 1_000),
    head: head ?? null,
  };
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
