import type { Caip2 } from '../../core/caip2.ts';
import type { RoutingChanges, ServiceNews, ToWorker } from './messages.ts';
import { isNoChange, type RoutedNetworks, stepsOf } from './routingChanges.ts';

/** What a worker is told: messages as they are, and two kinds of state of which it gets what changed. */
export type Telling =
  | Exclude<ToWorker, { readonly kind: 'routing' | 'news' }>
  | { readonly kind: 'networks'; readonly networks: RoutedNetworks }
  | { readonly kind: 'news'; readonly news: readonly ServiceNews[] };

export interface OutboxArgs {
  /** Sends a message, and calls back once the channel has taken it. */
  readonly send: (message: ToWorker, sent: () => void) => void;
  readonly changes: (before: RoutedNetworks, now: RoutedNetworks) => RoutingChanges;
}

/**
 * The way to one worker. One message is in the channel at a time; what is to be told meanwhile is merged, the newest of
 * each kind in place of older ones, so that a worker that takes nothing costs no more than one copy of all there is.
 * @returns tells the worker
 */
export function createOutbox({ send, changes }: OutboxArgs): (telling: Telling) => void {
  let isSending = false;
  let known: RoutedNetworks = new Map();
  let networks: RoutedNetworks | undefined;
  /** Of the last change of networks, what is still to be sent. */
  let steps: RoutingChanges[] = [];
  let news = new Map<Caip2, Map<string, ServiceNews>>();
  const others = new Map<string, ToWorker>();

  const next = (): ToWorker | undefined => {
    const config = others.get('config');
    if (config) {
      others.delete('config');
      return config;
    }
    if (networks && steps.length === 0) {
      const made = changes(known, networks);
      known = networks;
      networks = undefined;
      if (!isNoChange(made)) steps = stepsOf(made);
    }
    const step = steps.shift();
    if (step) return { kind: 'routing', changes: step };
    // After the networks: news of a service that the worker does not know yet would be lost.
    if (news.size > 0) {
      const all = Array.from(news.values(), (ofNetwork) => [...ofNetwork.values()]).flat();
      news = new Map();
      return { kind: 'news', news: all };
    }
    for (const [key, message] of others) {
      others.delete(key);
      return message;
    }
    return undefined;
  };

  const pump = () => {
    if (isSending) return;
    const message = next();
    if (message === undefined) return;
    isSending = true;
    send(message, () => {
      isSending = false;
      pump();
    });
  };

  return (telling) => {
    switch (telling.kind) {
      case 'networks':
        networks = telling.networks;
        break;
      case 'news':
        for (const each of telling.news) {
          const ofNetwork = news.get(each.caip2) ?? new Map<string, ServiceNews>();
          news.set(each.caip2, ofNetwork.set(each.key, { ...ofNetwork.get(each.key), ...each }));
        }
        break;
      // Each of these has somebody who waits for it.
      case 'page':
      case 'explain':
        others.set(`${telling.kind} ${telling.id}`, telling);
        break;
      default:
        others.set(telling.kind, telling);
    }
    pump();
  };
}
