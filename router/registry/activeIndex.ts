import { NO_SERVICES } from './networkServices.ts';
import {
  type Address,
  isOpen,
  mayServeAny,
  type NetworkKey,
  type Provider,
  type ProviderSet,
  type Service,
} from './providerSet.ts';

/** What may have changed between two sets. */
export interface Touched {
  readonly networks: Iterable<NetworkKey>;
  /** With the services that changed themselves. */
  readonly providers: ReadonlyMap<Address, ReadonlySet<NetworkKey>>;
}

interface Moves {
  readonly leaving: Service[];
  readonly joining: Service[];
}

/** The index of `next`, which had `base`'s: what others serve is not looked at. */
export function changedIndex(base: ProviderSet, next: ProviderSet, touched: Touched): ProviderSet['active'] {
  const moves = new Map<NetworkKey, Moves>();
  for (const [id, changed] of touched.providers) {
    const before = base.providers.get(id);
    const after = next.providers.get(id);
    const served = before !== undefined && mayServeAny(before, base.block.timestamp);
    const serves = after !== undefined && mayServeAny(after, next.block.timestamp);
    if (!served && !serves) continue;
    // A provider comes or goes with all its services. No service is ever forgotten: the newer map holds them all.
    for (const key of served === serves ? changed : (after?.services.keys() ?? [])) {
      const was = served ? openService(before, key, base) : undefined;
      const is = serves ? openService(after, key, next) : undefined;
      if (was === is) continue;
      const { leaving, joining } = movesOf(moves, key);
      if (was !== undefined) leaving.push(was);
      if (is !== undefined) joining.push(is);
    }
  }
  const index = base.active.builder();
  for (const [key, { leaving, joining }] of moves) {
    const services = (index.get(key) ?? NO_SERVICES).edited(leaving, joining);
    if (services.size === 0) index.delete(key);
    else index.set(key, services);
  }
  for (const key of touched.networks) if (next.networks.get(key)?.status !== 'live') index.delete(key);
  return index.build();
}

function openService(provider: Provider | undefined, key: NetworkKey, set: ProviderSet): Service | undefined {
  const service = provider?.services.get(key);
  return service !== undefined && isOpen(service, set.networks.get(key)) ? service : undefined;
}

function movesOf(moves: Map<NetworkKey, Moves>, key: NetworkKey): Moves {
  const known = moves.get(key);
  if (known !== undefined) return known;
  const created: Moves = { leaving: [], joining: [] };
  moves.set(key, created);
  return created;
}
