import type { Caip2 } from '../core/caip2.ts';
import type { ServiceNews } from '../gateway/cluster/messages.ts';
import type { Telling } from '../gateway/cluster/outbox.ts';
import type { RoutedNetworks } from '../gateway/cluster/routingChanges.ts';
import type { NetworkPlan } from '../gateway/networkPlan.ts';
import type { HeadReport } from '../gateway/networkRouter.ts';
import type { NetworkEntry } from '../gateway/networkTable.ts';
import type { Finding } from '../routing/abilities.ts';
import { serviceDifference } from './serviceDifference.ts';

/** Tells the workers who may be asked, and what is new of each. */
export interface RoutingNews {
  plansChanged(entries: readonly NetworkEntry<NetworkPlan>[]): void;
  headReported(caip2: Caip2, key: string, head: HeadReport): void;
  probed(caip2: Caip2, key: string, findings: readonly Finding[]): void;
  /** By another stake, while the service is listed with the old one. */
  weighed(caip2: Caip2, key: string, weight: number): void;
  dutyChanged(caip2: Caip2, key: string, isOnDuty: boolean): void;
  /** For a worker that knows nothing yet. */
  everything(): readonly Telling[];
  stop(): void;
}

// Thousands of services report each second: one message carries many.
const NEWS_DELAY_MS = 20;

export function createRoutingNews(broadcast: (telling: Telling) => void): RoutingNews {
  let networks: RoutedNetworks = new Map();
  const rows = new Map<Caip2, number>();
  // The last of each service, by network.
  let news = new Map<Caip2, Map<string, ServiceNews>>();
  let unsent: ServiceNews[] = [];
  let sending: NodeJS.Timeout | undefined;

  const rowOf = (caip2: Caip2) => {
    const row = rows.get(caip2) ?? rows.size;
    rows.set(caip2, row);
    return row;
  };
  const sendNews = () => {
    sending = undefined;
    if (unsent.length > 0) broadcast({ kind: 'news', news: unsent });
    unsent = [];
  };
  const tell = (each: ServiceNews) => {
    const ofNetwork = news.get(each.caip2) ?? new Map<string, ServiceNews>();
    news.set(each.caip2, ofNetwork.set(each.key, { ...ofNetwork.get(each.key), ...each }));
    unsent.push(each);
    sending ??= setTimeout(sendNews, NEWS_DELAY_MS);
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
      for (const [caip2, ofNetwork] of news) {
        const now = networks.get(caip2)?.services ?? [];
        const { left } = serviceDifference(now, before.get(caip2)?.services ?? []);
        for (const { key } of left) ofNetwork.delete(key);
      }
      broadcast({ kind: 'networks', networks });
    },
    headReported: (caip2, key, head) => tell({ caip2, key, head }),
    probed: (caip2, key, findings) => tell({ caip2, key, findings }),
    weighed: (caip2, key, weight) => tell({ caip2, key, weight }),
    dutyChanged: (caip2, key, isOnDuty) => tell({ caip2, key, isOnDuty }),
    everything: () => [
      { kind: 'networks', networks },
      {
        kind: 'news',
        news: Array.from(news.values(), (ofNetwork) => [...ofNetwork.values()]).flat(),
      },
    ],
    stop() {
      clearTimeout(sending);
      news = new Map();
    },
  };
}
