import type { GatewayConfig } from '../config/schema.ts';
import type { Clock, Random } from '../core/clock.ts';
import { ms } from '../core/units.ts';
import type { HeadPoller } from '../gateway/headPoller.ts';
import { routeServices } from '../gateway/networkPlan.ts';
import { createNetworkRouter, type NetworkRouter, type RouteService } from '../gateway/networkRouter.ts';
import { createNetworkTable, type NetworkTable } from '../gateway/networkTable.ts';
import type { Logger } from '../observability/logger.ts';
import type { GatewayMetrics } from '../observability/metrics.ts';
import { DEFAULT_ROUTING } from '../routing/settings.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';

// A first load may bring thousands: a log line names some.
const SHOWN_LABELS = 10;

/** The networks' routers as the configuration wants them; who joins and leaves is logged. */
export function createRoutingTable(args: {
  readonly config: GatewayConfig;
  readonly upstream: UpstreamClient;
  readonly heads: HeadPoller;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
}): NetworkTable {
  const { config, upstream, heads, clock, random, metrics, logger } = args;
  const onServices = (
    router: NetworkRouter,
    services: readonly RouteService[],
    before: readonly RouteService[],
  ) => {
    heads.follow(router, services);
    const { joined, left } = difference(services, before);
    for (const { label } of left) void metrics.forgetService(router.slug, label);
    const fields = { network: router.slug, services: services.length };
    logger.info({ ...fields, joined: shown(joined), left: shown(left) }, 'services_changed');
  };
  return createNetworkTable({
    createRouter: ({ caip2, slug, maxHeadLagBlocks }) =>
      createNetworkRouter({
        ...{ caip2, slug, upstream, clock, random },
        settings: {
          ...DEFAULT_ROUTING,
          maxAttempts: config.routing.maxAttempts,
          stallMs: ms(config.routing.attemptTimeoutMs),
          maxLagBlocks: maxHeadLagBlocks,
        },
        hooks: {
          onAttempt: (service, outcome) =>
            outcome.ok
              ? metrics.attempt(slug, service.label, 'ok', 'ok')
              : metrics.attempt(slug, service.label, outcome.class, outcome.reason),
        },
      }),
    routeServices: (plan) => routeServices(plan, config.development),
    onServices,
  });
}

function difference(now: readonly RouteService[], before: readonly RouteService[]) {
  const keysNow = new Set(now.map((service) => service.key));
  const keysBefore = new Set(before.map((service) => service.key));
  return {
    joined: now.filter((service) => !keysBefore.has(service.key)),
    left: before.filter((service) => !keysNow.has(service.key)),
  };
}

function shown(services: readonly RouteService[]) {
  return { count: services.length, labels: services.slice(0, SHOWN_LABELS).map((service) => service.label) };
}
