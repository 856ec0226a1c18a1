import type { NetworkRecord } from '../registry/networkRecord.ts';
import type { ServiceKey } from '../registry/providerSet.ts';
import type { CallTotals } from './callHandler.ts';
import type { NetworkRouter } from './networkRouter.ts';
import { type ScoreStatus, scoreStatus } from './scoreStatus.ts';
import type { ServiceView } from './serviceView.ts';
import type { SettlementState } from './settlementState.ts';
import { type SettlementStatus, settlementStatus } from './settlementStatus.ts';
import { type WatcherPage, type WatcherState, watcherPage } from './watcherState.ts';

/** The page `/status`. No URL and nothing that a provider wrote is in it. Null is "not known". */
export interface GatewayStatus {
  readonly version: string;
  readonly draining: boolean;
  readonly settlement: SettlementStatus | null;
  /** Null without one in this gateway. */
  readonly watcher: WatcherPage | null;
  readonly networks: readonly {
    readonly caip2: string;
    readonly slug: string;
    readonly head: number | null;
    readonly services: readonly ServiceStatus[];
  }[];
  readonly totals: CallTotals;
}

/** A network as pages show it: one process's own, or what several know together. */
export type RouterView = Pick<NetworkRouter, 'caip2' | 'slug' | 'agreedHead' | 'services'>;

export interface ServiceStatus {
  readonly label: string;
  readonly provider: string | null;
  readonly tier: 'own' | 'network';
  readonly state: 'eligible' | 'ineligible';
  /** Stable, one of `INELIGIBLE_REASONS`. */
  readonly reason: string | null;
  /** The reason in words. */
  readonly because: string | null;
  readonly head: number | null;
  readonly latencyMs: number | null;
  readonly breaker: string;
  readonly inFlight: number;
  readonly calls: number;
  readonly failures: number;
  /** Null for own nodes, and as long as what watchers say was not read. */
  readonly score: ScoreStatus | null;
  readonly abilities: {
    readonly declared: readonly string[];
    readonly shown: readonly string[];
    readonly lacks: readonly string[];
    readonly refusedMethods: readonly string[];
    readonly maxLogBlocks: number | null;
  };
}

export function gatewayStatus(state: {
  readonly version: string;
  readonly draining: boolean;
  readonly settlement: SettlementState | undefined;
  readonly watcher?: WatcherState | undefined;
  readonly routers: readonly RouterView[];
  readonly totals: CallTotals;
}): GatewayStatus {
  return {
    version: state.version,
    draining: state.draining,
    settlement: state.settlement ? settlementStatus(state.settlement) : null,
    watcher: state.watcher ? watcherPage(state.watcher) : null,
    networks: state.routers.map((router) => ({
      caip2: router.caip2,
      slug: router.slug,
      head: router.agreedHead() ?? null,
      services: router.services().map((view) => serviceStatus(view, state.settlement?.record)),
    })),
    totals: state.totals,
  };
}

function serviceStatus(view: ServiceView, record: NetworkRecord | undefined): ServiceStatus {
  return {
    label: view.label,
    provider: view.provider ?? null,
    tier: view.tier,
    state: view.state,
    reason: view.reason ?? null,
    because: view.because ?? null,
    head: view.head ?? null,
    latencyMs: view.latencyMs === undefined ? null : Math.round(view.latencyMs * 10) / 10,
    breaker: view.breaker,
    inFlight: view.inFlight,
    calls: view.calls,
    failures: view.failures,
    // The key of the network's service; own nodes have one of another kind.
    score: view.tier === 'own' ? null : scoreStatus(record, view.key as ServiceKey),
    abilities: { ...view.abilities, maxLogBlocks: view.abilities.maxLogBlocks ?? null },
  };
}
