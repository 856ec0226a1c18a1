import type { Caip2 } from '../core/caip2.ts';
import { isActive, type Provider, type ProviderSet, type ServiceKey } from '../registry/providerSet.ts';

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

export interface ServiceWeight {
  readonly caip2: Caip2;
  readonly key: ServiceKey;
  readonly weight: number;
}

/**
 * The weights that another stake gave to services that are active now, of providers that are in both sets. Costs what
 * changed, whatever the number of services.
 */
export function changedWeights(before: ProviderSet, now: ProviderSet): ServiceWeight[] {
  return now.providers.differences(before.providers).flatMap(({ before: was, after: is }) => {
    const weight = stakeWeight(is);
    if (was === undefined || is === undefined || weight === stakeWeight(was)) return [];
    return Array.from(is.services.values()).flatMap(({ key, network }) => {
      const caip2 = now.networks.get(network)?.caip2;
      return caip2 !== undefined && isActive(now, is.id, network) ? [{ caip2, key, weight }] : [];
    });
  });
}
