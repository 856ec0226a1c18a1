import type { Caip2 } from '../core/caip2.ts';
import { capabilityBits } from '../core/capability.ts';
import { type Clock, systemClock, type Timer } from '../core/clock.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms, seconds } from '../core/units.ts';
import { DEFAULT_ROUTING, type RoutingSettings } from '../routing/settings.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import {
  createNetworkRouter,
  type NetworkRouter,
  type RouterHooks,
  type RouteService,
} from './networkRouter.ts';

export const DEADLINE = { deadlineMs: seconds(20) };
export function service(key: string, url: string, more: Partial<RouteService> = {}): RouteService {
  return {
    key,
    label: key,
    tier: 'network',
    target: { url, allowPrivate: true },
    capabilities: capabilityBits(['full']),
    weight: 1,
    ...more,
  };
}

export interface RouterOptions {
  settings?: Partial<RoutingSettings>;
  clock?: Clock;
  hooks?: RouterHooks;
  upstream: UpstreamClient;
  caip2?: string;
}

/** A router whose services have all been polled with success. */
export function polledRouter(services: readonly RouteService[], options: RouterOptions): NetworkRouter {
  const router = createNetworkRouter({
    caip2: (options.caip2 ?? 'eip155:1') as Caip2,
    slug: 'ethereum',
    upstream: options.upstream,
    clock: options.clock ?? systemClock,
    random: Math.random,
    settings: { ...DEFAULT_ROUTING, ...options.settings },
    ...(options.hooks && { hooks: options.hooks }),
  });
  router.setServices(services);
  for (const { key } of services) router.reportHead(key, { ok: true, number: 100, chainIdOk: true });
  return router;
}

export const call = (method = 'eth_call', params = '[]', id: string | undefined = '1') => ({
  id: id as RawJson | undefined,
  method,
  params: params as RawJson,
});

export const viewOf = (router: NetworkRouter, key: string) =>
  router.services().find((view) => view.key === key);

/** Time that moves by hand. */
export function handClock() {
  let now = 1_000;
  const waiting = new Set<{ readonly at: number; readonly run: () => void }>();
  const timer: Timer = (after, run) => {
    const entry = { at: now + after, run };
    waiting.add(entry);
    return () => waiting.delete(entry);
  };
  return {
    clock: { now: () => ms(now), unix: systemClock.unix } satisfies Clock,
    timer,
    /** Runs what comes due, each at its time. */
    advance(by: number) {
      const end = now + by;
      for (;;) {
        const [next] = [...waiting].toSorted((a, b) => a.at - b.at);
        if (next === undefined || next.at > end) break;
        waiting.delete(next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = end;
    },
  };
}
