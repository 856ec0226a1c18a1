import { type Moves, movesOf } from './moves.ts';
import { NO_SERVICES } from './networkServices.ts';
import {
  isOpen,
  mayServeAny,
  type NetworkKey,
  type Provider,
  type ProviderSet,
  type Service,
} from './providerSet.ts';

/** A provider that may have changed between two sets, or that time may have freed. */
export interface TouchedProvider {
  readonly before: Provider | undefined;
  readonly after: Provider;
  /** The services that changed themselves; undefined when none did. */
  readonly changed: ReadonlySet<NetworkKey> | undefined;
}

/** The index of `next`, which had `base`'s: what nobody touched is not looked at. */
export function changedIndex(
  base: ProviderSet,
  next: ProviderSet,
  providers: readonly TouchedProvider[],
  networks: readonly NetworkKey[],
): ProviderSet['active'] {
  const moves = new Map<NetworkKey, Moves>();
  for (const { before, after, changed } of providers) {
    const served = before !== undefined && mayServeAny(before, base.block.timestamp);
    const serves = mayServeAny(after, next.block.timestamp);
    if (!served && !serves) continue;
    // A provider comes or goes with all its services. No service is ever forgotten: the newer map holds them all.
    for (const key of served === serves ? (changed ?? []) : after.services.keys()) {
      const was = served ? openService(before, key, base) : undefined;
      const is = serves ? openService(after, key, next) : undefined;
      if (was === is) continue;
      const { leaving, joining } = movesOf(moves, key);
      if (was !== undefined) leaving.push(was);
      if (is !== undefined) joining.push(is);
    }
  }
  if (moves.size + networks.length === 0) return base.active;
  const index = base.active.builder();
  for (const [key, ofNetwork] of moves) {
    const services = (index.get(key) ?? NO_SERVICES).edited(ofNetwork);
    if (services.size === 0) index.delete(key);
    else index.set(key, services);
  }
  for (const key of networks) if (next.networks.get(key)?.status !== 'live') index.delete(key);
  return index.build();
}

function openService({ services }: Provider, key: NetworkKey, set: ProviderSet): Service | undefined {
  const service = services.get(key);
  return service !== undefined && isOpen(service, set.networks.get(key)) ? service : undefined;
}
