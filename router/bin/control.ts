import type { GatewayConfig } from '../config/schema.ts';
import type { Caip2 } from '../core/caip2.ts';
import { type Clock, type Random, systemTimer } from '../core/clock.ts';
import { ms } from '../core/units.ts';
import { type AbilityProbesArgs, createAbilityProbes } from '../gateway/abilityProbes.ts';
import { createHeadPoller, type HeadPollerArgs } from '../gateway/headPoller.ts';
import { haveSameServices, type NetworkPlan, planNetworks, routeServices } from '../gateway/networkPlan.ts';
import type { NetworkRouter, RouterHooks, RouteService } from '../gateway/networkRouter.ts';
import type { NetworkTable } from '../gateway/networkTable.ts';
import { changedWeights, type Weighing } from '../gateway/serviceWeight.ts';
import type { SettlementState } from '../gateway/settlementState.ts';
import type { RecordSource } from '../indexer/record/recordSource.ts';
import type { Logger } from '../observability/logger.ts';
import type { GatewayMetrics } from '../observability/metrics.ts';
import type { ProviderSource } from '../registry/providerSource.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import { applyInPace } from './applyInPace.ts';
import { logLoading } from './loadingLog.ts';
import { createRoutingTable } from './routingTable.ts';
import { serviceDifference } from './serviceDifference.ts';

export interface ControlArgs {
  /** As in force at any moment. */
  readonly config: () => GatewayConfig;
  /** Of the settlement chain, when there is one. */
  readonly source?: ProviderSource | undefined;
  /** What watchers say there. */
  readonly record?: RecordSource | undefined;
  readonly upstream: UpstreamClient;
  readonly metrics: GatewayMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The plans are in force. */
  readonly onPlans?: () => void;
  readonly onServiceLeft: (network: string, label: string) => void;
  readonly onHeadReport?: NonNullable<HeadPollerArgs['onReport']>;
  readonly onDuty?: NonNullable<HeadPollerArgs['onDuty']>;
  readonly onFindings?: NonNullable<AbilityProbesArgs['onFindings']>;
  readonly onWeight?: (caip2: Caip2, key: string, weight: number) => void;
  readonly onAnswered?: RouterHooks['onAnswered'];
}

/** What decides who may be asked: follows the settlement chain and the services' heads, and probes what they can. */
export interface Control {
  readonly table: NetworkTable<NetworkPlan>;
  settlement(): SettlementState | undefined;
  /** Brings all in line with the provider set and the configuration. */
  apply(): void;
  /** Begins to follow the chain. Rejects when the set can never be loaded. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

// A first load may bring thousands: a log line names some.
const SHOWN_LABELS = 10;

export function createControl(args: ControlArgs): Control {
  const { config, source, record, upstream, metrics, clock, random, logger } = args;
  const { settlement } = config();
  const timer = systemTimer;
  const heads = createHeadPoller({
    ...{ upstream, random, clock, timer },
    intervalMs: () => ms(config().heads.pollIntervalMs),
    timeoutMs: () => ms(config().routing.attemptTimeoutMs),
    ...(args.onHeadReport && { onReport: args.onHeadReport }),
    ...(args.onDuty && { onDuty: args.onDuty }),
  });
  const probes = createAbilityProbes({
    ...{ upstream, random, clock, timer },
    pollIntervalMs: () => ms(config().heads.pollIntervalMs),
    timeoutMs: () => ms(config().routing.attemptTimeoutMs),
    ...(args.onFindings && { onFindings: args.onFindings }),
  });
  const onServices = (
    router: NetworkRouter,
    services: readonly RouteService[],
    before: readonly RouteService[],
  ) => {
    heads.follow(router, services);
    probes.follow(router, services);
    const { joined, left } = serviceDifference(services, before);
    for (const { label } of left) args.onServiceLeft(router.slug, label);
    const fields = { network: router.slug, services: services.length };
    logger.info({ ...fields, joined: shown(joined), left: shown(left) }, 'services_changed');
  };
  const table = createRoutingTable<NetworkPlan>({
    ...{ config, upstream, metrics, clock, random, onServices },
    ...{ routeServices, haveSameServices, onAnswered: args.onAnswered },
  });
  /** By what the services weigh. */
  let weighed: Weighing | undefined;
  const reweigh = (before: Weighing, now: Weighing) => {
    for (const { caip2, key, weight } of changedWeights(before, now)) {
      table.resolve(caip2)?.setWeight(key, weight);
      args.onWeight?.(caip2, key, weight);
    }
  };
  const apply = () => {
    const set = source?.current();
    const scores = record?.current()?.scores;
    table.apply(planNetworks(config(), set, scores));
    args.onPlans?.();
    const now = set && { set, scores };
    if (weighed && now) reweigh(weighed, now);
    weighed = now;
  };
  const news = applyInPace({ clock, timer, apply });
  const unsubscribes = [source?.onChange(news.apply), record?.onChange(news.apply)];
  const endLoadingLog = source && logLoading(source, logger);
  const stopSource = new AbortController();
  return {
    table,
    apply,
    settlement: () =>
      source &&
      settlement && {
        chainId: settlement.chainId,
        source: source.kind,
        set: source.current(),
        status: source.status(),
        record: record?.current(),
      },
    async start() {
      record?.start();
      try {
        await source?.start(stopSource.signal);
      } catch (error) {
        if (!stopSource.signal.aborted) throw error;
      }
    },
    async stop() {
      for (const unsubscribe of unsubscribes) unsubscribe?.();
      news.stop();
      endLoadingLog?.();
      heads.stop();
      probes.stop();
      stopSource.abort();
      await Promise.all([source?.stop(), record?.stop()]);
    },
  };
}

function shown(services: readonly RouteService[]) {
  return { count: services.length, labels: services.slice(0, SHOWN_LABELS).map((service) => service.label) };
}
