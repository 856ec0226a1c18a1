import type { GatewayGauges } from '../observability/metrics.ts';
import type { ServiceKey } from '../registry/providerSet.ts';
import { scoreOf } from './scoreStatus.ts';
import { settlementGauges } from './settlementGauges.ts';
import type { SettlementState } from './settlementState.ts';
import type { RouterView } from './status.ts';
import type { WatcherState } from './watcherState.ts';

/** What the metrics' gauges show of the gateway's state. */
export function gatewayGauges(state: {
  readonly draining: boolean;
  readonly settlement: SettlementState | undefined;
  readonly watcher?: WatcherState | undefined;
  readonly routers: readonly RouterView[];
}): GatewayGauges {
  const { set, record } = state.settlement ?? {};
  return {
    draining: state.draining,
    set:
      state.settlement && set
        ? {
            block: Number(set.block.number),
            ageSeconds: state.settlement.status.ageMs / 1000,
            services: set.active.values().reduce((sum, services) => sum + services.size, 0),
          }
        : undefined,
    settlement: state.settlement && settlementGauges(state.settlement),
    watcher: state.watcher,
    networks: state.routers.map((router) => ({
      network: router.slug,
      head: router.agreedHead(),
      services: router.services().map((view) => ({
        service: view.label,
        eligible: view.state === 'eligible',
        head: view.head,
        inFlight: view.inFlight,
        score: record && view.tier === 'network' ? scoreOf(record, view.key as ServiceKey) : undefined,
      })),
    })),
  };
}
