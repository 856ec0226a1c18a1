import { NO_SERVICES } from './networkServices.ts';
import { type BlockRef, emptySet, type Network, type ProviderSet, type Service } from './providerSet.ts';

/** A set that no history made: these networks in their order, and these services active on them, of no provider. */
export function handMadeSet(
  block: BlockRef,
  networks: readonly Network[],
  services: readonly Service[] = [],
): ProviderSet {
  const nothing = emptySet(block);
  const known = nothing.networks.builder();
  for (const [index, network] of networks.entries()) known.set(network.key, { ...network, index });
  const active = nothing.active.builder();
  for (const [network, offers] of Map.groupBy(services, (service) => service.network)) {
    active.set(network, NO_SERVICES.edited({ leaving: [], joining: offers }));
  }
  return { ...nothing, networks: known.build(), active: active.build() };
}
