import type { GatewayConfig } from '../config/schema.ts';
import type { Caip2 } from '../core/caip2.ts';
import { capabilityBits } from '../core/capability.ts';
import { isNetworkSlug } from '../core/networkSlug.ts';
import { networksInOrder } from '../registry/networkOrder.ts';
import type { NetworkRecord } from '../registry/networkRecord.ts';
import { NO_SERVICES, type ServiceList } from '../registry/networkServices.ts';
import { activeServices, type Network, type ProviderSet, type Service } from '../registry/providerSet.ts';
import { NEUTRAL_SCORE } from '../registry/scores.ts';
import type { RouteService } from './networkRouter.ts';
import { serviceWeight } from './serviceWeight.ts';

type OwnNetwork = GatewayConfig['networks'][number];

/** One network as the gateway serves it: by the configuration, by the provider set, or by both. */
export interface NetworkPlan {
  readonly caip2: Caip2;
  readonly slug: string;
  readonly maxHeadLagBlocks: number;
  readonly own: OwnNetwork | undefined;
  readonly network: Network | undefined;
  /** The set's own list: the same one as before when nothing changed in this network. */
  readonly active: ServiceList;
  /** A service's share of the calls among those that are equally fast; see `serviceWeight`. */
  readonly weightOf: (service: Service) => number;
  /** The providers' endpoints may have private addresses. */
  readonly allowPrivate: boolean;
}

// An SLA without any lag would make every service ineligible between two polls.
const LEAST_LAG_BLOCKS = 2;

/**
 * The networks to serve: those of the configuration, then those that live on-chain, in the order of the chain. A slug
 * belongs to the first who has it; a network whose slug is taken or no word is known by its CAIP-2 id alone.
 */
export function planNetworks(
  config: GatewayConfig,
  set: ProviderSet | undefined,
  scores?: NetworkRecord['scores'],
): readonly NetworkPlan[] {
  const onChain = new Map<Caip2, Network>();
  for (const network of set ? networksInOrder(set) : []) {
    if (network.status === 'live') onChain.set(network.caip2, network);
  }
  const active = (network: Network | undefined) =>
    set && network ? activeServices(set, network.key) : NO_SERVICES;
  const lag = (own: OwnNetwork | undefined, network: Network | undefined) =>
    own?.maxHeadLagBlocks ??
    (network ? Math.max(network.sla.maxP95BlockLag, LEAST_LAG_BLOCKS) : config.routing.maxHeadLagBlocks);

  const { allowPrivateEndpoints: allowPrivate } = config.development;

  const weightOf = (service: Service) => (set ? serviceWeight({ set, scores }, service) : NEUTRAL_SCORE);

  const plans: NetworkPlan[] = config.networks.map((own) => {
    const network = onChain.get(own.id);
    onChain.delete(own.id);
    return {
      caip2: own.id,
      slug: own.slug,
      maxHeadLagBlocks: lag(own, network),
      own,
      network,
      active: active(network),
      weightOf,
      allowPrivate,
    };
  });
  const slugs = new Set(plans.map((plan) => plan.slug));
  for (const network of onChain.values()) {
    const free = isNetworkSlug(network.slug) && !slugs.has(network.slug);
    if (free) slugs.add(network.slug);
    plans.push({
      caip2: network.caip2,
      slug: free ? network.slug : network.caip2,
      maxHeadLagBlocks: lag(undefined, network),
      own: undefined,
      network,
      active: active(network),
      weightOf,
      allowPrivate,
    });
  }
  return plans;
}

/**
 * Own upstreams first, then the network's active services.
 * @param before as they were listed last: those of the network of which nothing changed stay the same objects
 */
export function routeServices(
  plan: NetworkPlan,
  before: readonly RouteService[] = [],
): readonly RouteService[] {
  const own = (plan.own?.upstreams ?? []).map(
    (upstream): RouteService => ({
      key: `own/${upstream.name}`,
      label: upstream.name,
      tier: 'own',
      // The operator's own address: private is the usual case.
      target: { url: upstream.url, allowPrivate: true, batch: upstream.batch },
      capabilities: capabilityBits(upstream.capabilities),
      weight: upstream.weight,
    }),
  );
  const knownAs = finderIn(before);
  const network = Array.from(plan.active, (service): RouteService => {
    const weight = plan.weightOf(service);
    const known = knownAs(service.key);
    if (known !== undefined && isStillListedAs(known, service, weight, plan.allowPrivate)) return known;
    return {
      key: service.key,
      label: `${service.provider.slice(0, 6)}…${service.provider.slice(-4)}`,
      tier: 'network',
      target: { url: service.url, allowPrivate: plan.allowPrivate },
      capabilities: service.capabilities,
      weight,
      provider: service.provider,
    };
  });
  return [...own, ...network];
}

/** Finds services by their keys: those asked for in the list's order without any search, as long as none is missing. */
function finderIn(list: readonly RouteService[]): (key: string) => RouteService | undefined {
  let places: Map<string, number> | undefined;
  let next = 0;
  return (key) => {
    if (list[next]?.key !== key) {
      places ??= new Map(list.map((service, place) => [service.key, place]));
      next = places.get(key) ?? next;
    }
    const found = list[next];
    if (found?.key !== key) return undefined;
    next += 1;
    return found;
  };
}

function isStillListedAs(
  known: RouteService,
  service: Service,
  weight: number,
  allowPrivate: boolean,
): boolean {
  const { target } = known;
  const isSameTarget = target.url === service.url && target.allowPrivate === allowPrivate;
  return isSameTarget && known.capabilities === service.capabilities && known.weight === weight;
}

/**
 * Whether two plans of one network have the same services: both sides keep what did not change. Weight alone is
 * no change, for it changes often and the list may be long: see `changedWeights`.
 */
export function haveSameServices(before: NetworkPlan, plan: NetworkPlan): boolean {
  return (
    before.active === plan.active &&
    before.own?.upstreams === plan.own?.upstreams &&
    before.allowPrivate === plan.allowPrivate
  );
}
