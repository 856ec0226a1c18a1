import { type Caip2, eip155ChainId } from '../core/caip2.ts';
import type { NetworkPlan } from './networkPlan.ts';
import type { NetworkRouter, RouteService } from './networkRouter.ts';

export interface NetworkTable {
  /** By slug (`ethereum`), CAIP-2 id (`eip155:1`) or chain id (`1`). */
  resolve(reference: string): NetworkRouter | undefined;
  routers(): readonly NetworkRouter[];
  /** Brings the routers in line with the plans. What did not change is not touched; a call in flight keeps its router. */
  apply(plans: readonly NetworkPlan[]): void;
}

export interface NetworkTableArgs {
  createRouter(plan: NetworkPlan): NetworkRouter;
  routeServices(plan: NetworkPlan): readonly RouteService[];
  /** Called after a network's services were replaced; with an empty list when the network is gone. */
  onServices?(
    router: NetworkRouter,
    services: readonly RouteService[],
    before: readonly RouteService[],
  ): void;
}

interface Entry {
  readonly router: NetworkRouter;
  readonly plan: NetworkPlan;
  readonly services: readonly RouteService[];
}

export function createNetworkTable(args: NetworkTableArgs): NetworkTable {
  let entries = new Map<Caip2, Entry>();
  let byReference = new Map<string, NetworkRouter>();

  // Its calls in flight finish on the services they hold.
  const leave = (entry: Entry) => {
    entry.router.setServices([]);
    args.onServices?.(entry.router, [], entry.services);
  };

  const enter = (plan: NetworkPlan, before: Entry | undefined): Entry => {
    // A new slug or lag limit is seldom: then the network starts afresh.
    const keep =
      before !== undefined &&
      before.plan.slug === plan.slug &&
      before.plan.maxHeadLagBlocks === plan.maxHeadLagBlocks;
    if (keep && before.plan.active === plan.active) return before;
    if (before !== undefined && !keep) leave(before);
    const router = keep ? before.router : args.createRouter(plan);
    const services = args.routeServices(plan);
    router.setServices(services);
    args.onServices?.(router, services, keep ? before.services : []);
    return { router, plan, services };
  };

  return {
    resolve: (reference) => byReference.get(reference),
    routers: () => [...entries.values()].map((entry) => entry.router),
    apply(plans) {
      const next = new Map<Caip2, Entry>();
      for (const plan of plans) next.set(plan.caip2, enter(plan, entries.get(plan.caip2)));
      for (const [caip2, gone] of entries) {
        if (!next.has(caip2)) leave(gone);
      }
      entries = next;
      byReference = references(next.values());
    },
  };
}

/** Slugs begin with a letter and CAIP-2 ids hold a colon: the three kinds never meet. */
function references(entries: Iterable<Entry>): Map<string, NetworkRouter> {
  const map = new Map<string, NetworkRouter>();
  for (const { plan, router } of entries) {
    map.set(plan.slug, router);
    map.set(plan.caip2, router);
    const chainId = eip155ChainId(plan.caip2);
    if (chainId !== undefined) map.set(String(chainId), router);
  }
  return map;
}
