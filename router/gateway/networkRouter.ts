import type { Caip2 } from '../core/caip2.ts';
import type { Clock, Random } from '../core/clock.ts';
import type { ErrorClass } from '../core/errorClass.ts';
import type { ClientCall } from '../core/jsonRpc.ts';
import type { RawJson } from '../core/rawJson.ts';
import type { Ms } from '../core/units.ts';
import type { Address } from '../registry/providerSet.ts';
import type { Breaker } from '../routing/breaker.ts';
import type { IneligibleReason } from '../routing/eligibility.ts';
import type { RoutingSettings } from '../routing/settings.ts';
import type { FailureReason, UpstreamClient, UpstreamOutcome, UpstreamTarget } from '../upstream/outcome.ts';

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
  readonly httpStatus?: number;
  readonly latencyMs: Ms;
}

export type Answer =
  | { readonly kind: 'result'; readonly result: RawJson; readonly attempts: readonly Attempt[] }
  | { readonly kind: 'error'; readonly error: RawJson; readonly attempts: readonly Attempt[] };

export interface ServiceView {
  readonly key: string;
  readonly label: string;
  readonly tier: 'own' | 'network';
  readonly provider: Address | undefined;
  readonly state: 'eligible' | 'ineligible';
  readonly reason: IneligibleReason | undefined;
  readonly head: number | undefined;
  /** Peak-sensitive moving average; undefined before the first answer. */
  readonly latencyMs: number | undefined;
  readonly breaker: Breaker['kind'];
  readonly inFlight: number;
  readonly calls: number;
  readonly failures: number;
}

export interface NetworkRouter {
  readonly caip2: Caip2;
  readonly slug: string;
  /** Replaces the services; one whose key and URL stay keeps its health. Calls in flight go on undisturbed. */
  setServices(services: readonly RouteService[]): void;
  /** Answers a call by the services. Never rejects. A notification is executed too; drop its answer. */
  forward(call: ClientCall, options: { readonly deadlineMs: Ms }): Promise<Answer>;
  /** Takes what a poll found; unknown keys are ignored (the service left meanwhile). */
  reportHead(key: string, report: HeadReport): void;
  services(): readonly ServiceView[];
  hasEligible(): boolean;
  /** The block number that the services agree on; undefined before the first report. */
  agreedHead(): number | undefined;
}

export interface RouterHooks {
  /** After each attempt; `attemptIndex` counts from 0 within the call. Must not throw. */
  onAttempt?(service: RouteService, outcome: UpstreamOutcome, attemptIndex: number): void;
}

export interface NetworkRouterArgs {
  readonly caip2: Caip2;
  readonly slug: string;
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: RoutingSettings;
  readonly hooks?: RouterHooks;
}

export function createNetworkRouter(args: NetworkRouterArgs): NetworkRouter {
  throw new Error(`router of ${args.slug}: under construction`);
}
