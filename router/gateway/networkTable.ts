import { type Caip2, eip155ChainId } from '../core/caip2.ts';
import type { NetworkRouter, RouteService } from './networkRouter.ts';

/** What a network is, as far as the table cares; the rest is its user's. */
export interface TablePlan {
  readonly caip2: Caip2;
  readonly slug: string;
  readonly maxHeadLagBlocks: number;
}

export interface NetworkTable<Plan extends TablePlan> {
  /** By slug (`ethereum`), CAIP-2 id (`eip155:1`) or chain id (`1`). */
  resolve(reference: string): NetworkRouter | undefined;
  routers(): readonly NetworkRouter[];
  entries(): readonly NetworkEntry<Plan>[];
  /** Brings the routers in line with the plans. What did not change is not touched; a call in flight keeps its router. */
  apply(plans: readonly Plan[]): void;
}

export interface NetworkTableArgs<Plan extends TablePlan> {
  createRouter(plan: Plan): NetworkRouter;
  /** A router that stays: its network's settings may have changed. */
  configure(router: NetworkRouter, plan: Plan): void;
  /** @param before as the table lists them so far */
  routeServices(plan: Plan, before: readonly RouteService[]): readonly RouteService[];
  /** Whether the services of two plans for one network are known to be the same. */
  haveSameServices(before: Plan, plan: Plan): boolean;
  /** Called after a network's services were replaced; with an empty list when the network is gone. */
  onServices?(
    router: NetworkRouter,
    services: readonly RouteService[],
    before: readonly RouteService[],
  ): void;
}

export interface NetworkEntry<Plan extends TablePlan> {
  readonly router: NetworkRouter;
  readonly plan: Plan;
  readonly services: readonly RouteService[];
}

export function createNetworkTable<Plan extends TablePlan>(args: NetworkTableArgs<Plan>): NetworkTable<Plan> {
  type Entry = NetworkEntry<Plan>;
  let entries = new Map<Caip2, Entry>();
  let byReference = new Map<string, NetworkRouter>();

  // Its calls in flight finish on the services they hold.
  const leave = (entry: Entry) => {
    entry.router.setServices([]);
    args.onServices?.(entry.router, [], entry.services);
  };

  const enter = (plan: Plan, before: Entry | undefined): Entry => {
    // A new slug is seldom: then the network starts afresh.
    const keep = before !== undefined && before.plan.slug === plan.slug;
    if (keep) args.configure(before.router, plan);
    if (keep && args.haveSameServices(before.plan, plan)) return { ...before, plan };
    if (before !== undefined && !keep) leave(before);
    const router = keep ? before.router : args.createRouter(plan);
    const known = keep ? before.services : [];
    const services = args.routeServices(plan, known);
    router.setServices(services);
    args.onServices?.(router, services, known);
    return { router, plan, services };
  };

  return {
    resolve: (reference) => byReference.get(reference),
    routers: () => Array.from(entries.values(), (entry) => entry.router),
    entries: () => [...entries.values()],
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
function references(entries: Iterable<NetworkEntry<TablePlan>>): Map<string, NetworkRouter> {
  const map = new Map<string, NetworkRouter>();
  for (const { plan, router } of entries) {
    map.set(plan.slug, router);
    map.set(plan.caip2, router);
    const chainId = eip155ChainId(plan.caip2);
    if (chainId !== undefined) map.set(String(chainId), router);
  }
  return map;
}
