import type { Caip2 } from '../core/caip2.ts';
import type { HeadNews, ToWorker } from '../gateway/cluster/messages.ts';
import { isNoChange, type RoutedNetworks, routingChanges } from '../gateway/cluster/routingChanges.ts';
import type { NetworkPlan } from '../gateway/networkPlan.ts';
import type { HeadReport } from '../gateway/networkRouter.ts';
import type { NetworkEntry } from '../gateway/networkTable.ts';

/** Tells the workers who may be asked and what the polls found: each change once, and all of it to a new worker. */
export interface RoutingNews {
  plansChanged(entries: readonly NetworkEntry<NetworkPlan>[]): void;
  headReported(caip2: Caip2, key: string, report: HeadReport): void;
  /** For a worker that knows nothing yet. */
  everything(): readonly ToWorker[];
  stop(): void;
}

// Thousands of services report each second: one message carries many.
const HEADS_DELAY_MS = 20;

export function createRoutingNews(broadcast: (message: ToWorker) => void): RoutingNews {
  let networks: RoutedNetworks = new Map();
  // The last of each service, by network.
  let heads = new Map<Caip2, Map<string, HeadReport>>();
  let unsent: HeadNews[] = [];
  let sending: NodeJS.Timeout | undefined;

  const sendHeads = () => {
    sending = undefined;
    if (unsent.length > 0) broadcast({ kind: 'heads', heads: unsent });
    unsent = [];
  };

  return {
    plansChanged(entries) {
      const now: RoutedNetworks = new Map(
        entries.map(({ plan: { caip2, slug, maxHeadLagBlocks }, services }) => [
          caip2,
          { caip2, slug, maxHeadLagBlocks, services },
        ]),
      );
      const changes = routingChanges(networks, now);
      networks = now;
      if (isNoChange(changes)) return;
      for (const caip2 of changes.gone) heads.delete(caip2);
      for (const { caip2, left } of changes.changed) for (const key of left) heads.get(caip2)?.delete(key);
      // In their order: a head of a service that the workers do not know yet would be lost.
      broadcast({ kind: 'routing', changes });
    },
    headReported(caip2, key, report) {
      const ofNetwork = heads.get(caip2) ?? new Map<string, HeadReport>();
      heads.set(caip2, ofNetwork.set(key, report));
      unsent.push({ caip2, key, report });
      sending ??= setTimeout(sendHeads, HEADS_DELAY_MS);
    },
    everything: () => [
      { kind: 'routing', changes: routingChanges(new Map(), networks) },
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
