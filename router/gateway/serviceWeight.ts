import type { Caip2 } from '../core/caip2.ts';
import type { NetworkRecord } from '../registry/networkRecord.ts';
import {
  isActive,
  type Provider,
  type ProviderSet,
  type Service,
  type ServiceKey,
} from '../registry/providerSet.ts';
import { NEUTRAL_SCORE } from '../registry/scores.ts';

// Stake is what a provider can lose, and says nothing of its speed: it moves calls, but does not decide.
const MOST_WEIGHT = 3;

/** 1 for the stake that the provider's services need, then as the square root of it, up to a bound. */
export function stakeWeight(
  provider: Pick<Provider, 'tokens' | 'thawing' | 'requiredStake'> | undefined,
): number {
  if (provider === undefined || provider.requiredStake === 0n) return 1;
  // What thaws is about to leave.
  const times = Number(provider.tokens - provider.thawing) / Number(provider.requiredStake);
  return Math.min(Math.sqrt(Math.max(times, 1)), MOST_WEIGHT);
}

/** What weights are made of. */
export interface Weighing {
  readonly set: ProviderSet;
  /** By the network's record; see `decayedScore`. Undefined where there is none. */
  readonly scores: NetworkRecord['scores'] | undefined;
}

/** By what its provider can lose, and by what watchers say of it. */
export function serviceWeight(
  { set, scores }: Weighing,
  { key, provider }: Pick<Service, 'key' | 'provider'>,
): number {
  return stakeWeight(set.providers.get(provider)) * (scores?.get(key) ?? NEUTRAL_SCORE);
}

export interface ServiceWeight {
  readonly caip2: Caip2;
  readonly key: ServiceKey;
  readonly weight: number;
}

/**
 * The weights that another stake or another score gave to services that are active now, of providers that are in both
 * sets. Another stake costs what changed; other scores, which come once an epoch, a look at each service.
 */
export function changedWeights(before: Weighing, now: Weighing): ServiceWeight[] {
  const { set } = now;
  const services = before.scores === now.scores ? ofOtherStake(before.set, set) : activeOnes(set);
  return services.flatMap((service) => {
    const weight = serviceWeight(now, service);
    const caip2 = set.networks.get(service.network)?.caip2;
    if (caip2 === undefined || weight === serviceWeight(before, service)) return [];
    return [{ caip2, key: service.key, weight }];
  });
}

function ofOtherStake(before: ProviderSet, now: ProviderSet): Service[] {
  return now.providers.differences(before.providers).flatMap(({ before: was, after: is }) => {
    if (was === undefined || is === undefined || stakeWeight(is) === stakeWeight(was)) return [];
    return Array.from(is.services.values()).filter(({ network }) => isActive(now, is.id, network));
  });
}

function activeOnes({ active }: ProviderSet): Service[] {
  return Array.from(active.values(), (services) => [...services]).flat();
}
