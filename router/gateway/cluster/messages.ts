import type { GatewayConfig } from '../../config/schema.ts';
import type { Caip2 } from '../../core/caip2.ts';
import type { ObservedCalls } from '../../core/callObservation.ts';
import type { Ms } from '../../core/units.ts';
import type { MetricsJson } from '../../observability/sumMetrics.ts';
import type { Finding } from '../../routing/abilities.ts';
import type { CallTotals } from '../callHandler.ts';
import type { HeadReport, RouteService } from '../networkRouter.ts';
import type { ProviderAnswer } from '../providerPage.ts';
import type { Readiness } from '../readiness.ts';
import type { RouteAnswer, RouteQuestion } from '../routeExplanation.ts';
import type { ServiceView } from '../serviceView.ts';
import type { GatewayStatus } from '../status.ts';

/*
 * What the primary and its workers tell each other. All of it passes as JSON: a field that is undefined is one that is
 * not there.
 */

/** What a worker needs of the configuration: networks come as plans. */
export type WorkerConfig = Pick<
  GatewayConfig,
  'listen' | 'limits' | 'logs' | 'routing' | 'metrics' | 'log' | 'shutdown'
> & {
  /** The primary has a watcher, who wants to know how calls go. */
  readonly isWatched: boolean;
};

/** Which of the workers one is: a worker that replaces another has its place. */
export interface WorkerPlace {
  readonly place: number;
  readonly places: number;
}

/** A network that is new or changed: its services by what changed since the last such message. */
export interface NetworkChange {
  readonly caip2: Caip2;
  readonly slug: string;
  readonly maxHeadLagBlocks: number;
  readonly row: number;
  /** New or changed. */
  readonly joined: readonly RouteService[];
  /** Their keys. */
  readonly left: readonly string[];
}

export interface RoutingChanges {
  readonly changed: readonly NetworkChange[];
  readonly gone: readonly Caip2[];
}

/** What the primary found out about a service: the last of each. */
export interface ServiceNews {
  readonly caip2: Caip2;
  readonly key: string;
  readonly head?: HeadReport;
  /** Of its last probes. */
  readonly findings?: readonly Finding[];
  readonly weight?: number;
  /** Of a large network, one of those that are asked first. */
  readonly isOnDuty?: boolean;
}

/** The pages that only the primary can write. */
export interface Pages {
  readonly readiness: Readiness;
  readonly status: GatewayStatus;
  readonly metrics: string;
  readonly route: RouteAnswer;
  readonly provider: ProviderAnswer;
}

export type PageQuestion =
  | { readonly page: Exclude<keyof Pages, 'route' | 'provider'> }
  | { readonly page: 'route'; readonly question: RouteQuestion }
  | { readonly page: 'provider'; readonly address: string };

/** What a worker knows by its own calls. */
export interface WorkerReport {
  readonly totals: CallTotals;
  /** Those services that it has asked: of the others it knows what it was told. */
  readonly networks: readonly { readonly caip2: Caip2; readonly services: readonly ServiceView[] }[];
  /** Its counters and histograms; gauges are the primary's. */
  readonly metrics: MetricsJson;
}

export type ToWorker =
  /** The first of all. */
  | { readonly kind: 'begin'; readonly config: WorkerConfig; readonly place: WorkerPlace }
  | { readonly kind: 'config'; readonly config: WorkerConfig }
  | { readonly kind: 'routing'; readonly changes: RoutingChanges }
  | { readonly kind: 'news'; readonly news: readonly ServiceNews[] }
  /** All that it needs is sent: it opens the port. */
  | { readonly kind: 'serve' }
  | { readonly kind: 'report'; readonly id: number }
  /** A small question beside the report, which grows with the services: load balancers ask each second. */
  | { readonly kind: 'eligible'; readonly id: number }
  | { readonly kind: 'explain'; readonly id: number; readonly question: RouteQuestion }
  /** To be answered at once. */
  | { readonly kind: 'ping' }
  /** Null: the page could not be written. */
  | { readonly kind: 'page'; readonly id: number; readonly page: Pages[keyof Pages] | null }
  /** Users should go elsewhere, but those who come are served. */
  | { readonly kind: 'drain' }
  /** No new connections; then it ends. */
  | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'online' }
  | { readonly kind: 'alive' }
  | { readonly kind: 'listening'; readonly port: number }
  /** `clockOrigin`: of the clock by which they are told. */
  | { readonly kind: 'observed'; readonly clockOrigin: Ms; readonly calls: readonly ObservedCalls[] }
  | { readonly kind: 'unable'; readonly code: 'PORT_IN_USE' | 'LISTEN_FAILED'; readonly message: string }
  | ({ readonly kind: 'ask'; readonly id: number } & PageQuestion)
  | { readonly kind: 'report'; readonly id: number; readonly report: WorkerReport }
  | { readonly kind: 'eligible'; readonly id: number; readonly hasEligible: boolean }
  | { readonly kind: 'explained'; readonly id: number; readonly answer: RouteAnswer };
