import type { Network } from './networks.ts';
import { activeStake, type ProviderState, type ServiceState } from './providerState.ts';
import { dateText } from './time.ts';

/** Why a service is not active, the first of the registry's conditions that fails. */
export function inactiveReason(
  provider: ProviderState,
  service: ServiceState,
  network: Pick<Network, 'status'>,
  now: number,
): string {
  if (service.status === 'removed') return 'removed';
  if (service.status === 'paused') return 'paused';
  if (network.status !== 'live') return 'the network is retired';
  if (now < provider.jailedUntil) return `jailed until ${dateText(provider.jailedUntil)}`;
  if (activeStake(provider.bond) < provider.requiredStake) return 'not enough stake';
  return 'changing: ask again';
}
