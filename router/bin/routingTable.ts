import type { GatewayConfig } from '../config/schema.ts';
import type { Clock, Random } from '../core/clock.ts';
import { ms } from '../core/units.ts';
import { createNetworkRouter, type RouterHooks } from '../gateway/networkRouter.ts';
import {
  createNetworkTable,
  type NetworkTable,
  type NetworkTableArgs,
  type TablePlan,
} from '../gateway/networkTable.ts';
import type { GatewayMetrics } from '../observability/metrics.ts';
import type { FloorMemory } from '../routing/headFloor.ts';
import { DEFAULT_ROUTING, type RoutingSettings } from '../routing/settings.ts';
import type { UpstreamClient, UpstreamOutcome } from '../upstream/outcome.ts';

/** The networks' routers as the configuration wants them, at any time. */
export function createRoutingTable<Plan extends TablePlan>(
  args: Pick<NetworkTableArgs<Plan>, 'routeServices' | 'haveSameServices' | 'onServices'> & {
    readonly config: () => Pick<GatewayConfig, 'routing'>;
    readonly upstream: UpstreamClient;
    readonly clock: Clock;
    readonly random: Random;
    readonly metrics: GatewayMetrics;
    readonly onAnswered?: RouterHooks['onAnswered'];
    /** What the processes that serve the same clients told them of a network's head. */
    readonly toldOf?: (plan: Plan) => FloorMemory | undefined;
  },
): NetworkTable<Plan> {
  const { upstream, clock, random, metrics, toldOf, onAnswered, ...ofTable } = args;
  const settingsOf = ({ maxHeadLagBlocks }: TablePlan): RoutingSettings => {
    const { maxAttempts, attemptTimeoutMs } = args.config().routing;
    return {
      ...DEFAULT_ROUTING,
      maxAttempts,
      stallMs: ms(attemptTimeoutMs),
      maxLagBlocks: maxHeadLagBlocks,
    };
  };
  return createNetworkTable<Plan>({
    ...ofTable,
    createRouter: (plan) =>
      createNetworkRouter({
        ...{ caip2: plan.caip2, slug: plan.slug, upstream, clock, random },
        settings: settingsOf(plan),
        told: toldOf?.(plan),
        hooks: {
          onAttempt: ({ label }, outcome) => count(metrics.attempt, plan, label, outcome),
          onProbe: ({ label }, outcome) => count(metrics.probe, plan, label, outcome),
          ...(onAnswered && { onAnswered }),
        },
      }),
    configure: (router, plan) => router.setSettings(settingsOf(plan)),
  });
}

function count(
  counter: GatewayMetrics['attempt'],
  { slug }: TablePlan,
  label: string,
  outcome: UpstreamOutcome,
): void {
  if (outcome.ok) counter(slug, label, 'ok', 'ok');
  else counter(slug, label, outcome.class, outcome.reason);
}
