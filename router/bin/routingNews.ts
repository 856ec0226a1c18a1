import type { Caip2 } from '../core/caip2.ts';
import type { HeadNews } from '../gateway/cluster/messages.ts';
import type { Telling } from '../gateway/cluster/outbox.ts';
import type { RoutedNetworks } from '../gateway/cluster/routingChanges.ts';
import type { NetworkPlan } from '../gateway/networkPlan.ts';
import type { HeadReport } from '../gateway/networkRouter.ts';
import type { NetworkEntry } from '../gateway/networkTable.ts';

/** Tells the workers who may be asked and what the polls found. */
export interface RoutingNews {
  plansChanged(entries: readonly NetworkEntry<NetworkPlan>[]): void;
  headReported(caip2: Caip2, key: string, report: HeadReport): void;
  /** For a worker that knows nothing yet. */
  everything(): readonly Telling[];
  stop(): void;
}

// Thousands of services report each second: one message carries many.
const HEADS_DELAY_MS = 20;

export function createRoutingNews(broadcast: (telling: Telling) => void): RoutingNews {
  let networks: RoutedNetworks = new Map();
  const rows = new Map<Caip2, number>();
  // The last of each service, by network.
  let heads = new Map<Caip2, Map<string, HeadReport>>();
  let unsent: HeadNews[] = [];
  let sending: NodeJS.Timeout | undefined;

  const rowOf = (caip2: Caip2) => {
    const row = rows.get(caip2) ?? rows.size;
    rows.set(caip2, row);
    return row;
  };
  const sendHeads = () => {
    sending = undefined;
    if (unsent.length > 0) broadcast({ kind: 'heads', heads: unsent });
    unsent = [];
  };

  return {
    plansChanged(entries) {
      const before = networks;
      networks = new Map(
        entries.map(({ plan: { caip2, slug, maxHeadLagBlocks }, services }) => [
          caip2,
          { caip2, slug, maxHeadLagBlocks, row: rowOf(caip2), services },
        ]),
      );
      for (const [caip2, reports] of heads) {
        const services = networks.get(caip2)?.services ?? [];
        if (services === before.get(caip2)?.services) continue;
        const keys = new Set(services.map(({ key }) => key));
        for (const key of reports.keys()) if (!keys.has(key)) reports.delete(key);
      }
      broadcast({ kind: 'networks', networks });
    },
    headReported(caip2, key, report) {
      const ofNetwork = heads.get(caip2) ?? new Map<string, HeadReport>();
      heads.set(caip2, ofNetwork.set(key, report));
      unsent.push({ caip2, key, report });
      sending ??= setTimeout(sendHeads, HEADS_DELAY_MS);
    },
    everything: () => [
      { kind: 'networks', networks },
      {
        kind: 'heads',
        heads: Array.from(heads, ([caip2, reports]) =>
          Array.from(reports, ([key, report]) => ({ caip2, key, report })),
        ).flat(),
      },
    ],
    stop() {
      clearTimeout(sending);
      heads = new Map();
    },
  };
}
