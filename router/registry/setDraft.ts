import { unixSeconds } from '../core/units.ts';
import { changedIndex, type TouchedProvider } from './activeIndex.ts';
import { changedJails, freedBy } from './jails.ts';
import { emptyMap, type MapBuilder } from './persistent/persistentMap.ts';
import {
  type Address,
  type BlockRef,
  emptySet,
  type Network,
  type NetworkKey,
  type Provider,
  type ProviderSet,
  type Service,
} from './providerSet.ts';

/**
 * A set in the making. Holds what was touched, so that closing costs what changed. Never leaves this folder; the base
 * is not altered.
 */
export interface SetDraft {
  readonly base: ProviderSet;
  /** Undefined while no network was touched. */
  networks: MapBuilder<NetworkKey, Network> | undefined;
  readonly touchedNetworks: NetworkKey[];
  readonly providers: Map<Address, ProviderDraft>;
  successor: Address | undefined;
}

/** A constructor, for the reason that the trie's nodes have them: it holds what the next version replaces. */
class ProviderDraft implements TouchedProvider {
  readonly before: Provider | undefined;
  /** The draft's own, so altered in place until the draft is closed. */
  readonly after: { -readonly [Name in keyof Provider]: Provider[Name] };
  changed: Set<NetworkKey> | undefined;
  /** Undefined like `changed`. */
  services: MapBuilder<NetworkKey, Service> | undefined;

  constructor(id: Address, before: Provider | undefined) {
    this.before = before;
    this.after = { ...(before ?? unknownProvider(id)) };
  }
}

export function openDraft(base: ProviderSet): SetDraft {
  const { successor } = base;
  return { base, networks: undefined, touchedNetworks: [], providers: new Map(), successor };
}

export function networkIn({ networks, base }: SetDraft, key: NetworkKey): Network | undefined {
  return (networks ?? base.networks).get(key);
}

/** The registry's next. */
export function addNetwork(draft: SetDraft, network: Omit<Network, 'index'>): void {
  putNetwork(draft, { ...network, index: (draft.networks ?? draft.base.networks).size });
}

export function putNetwork(draft: SetDraft, network: Network): void {
  draft.networks ??= draft.base.networks.builder();
  draft.networks.set(network.key, network);
  draft.touchedNetworks.push(network.key);
}

/** To be altered. An account that nothing is known of yet has no stake, no signer and no services. */
export function touchProvider(draft: SetDraft, id: Address): ProviderDraft {
  const known = draft.providers.get(id);
  if (known !== undefined) return known;
  const created = new ProviderDraft(id, draft.base.providers.get(id));
  draft.providers.set(id, created);
  return created;
}

/** Asking touches nobody. */
export function serviceIn(draft: SetDraft, id: Address, network: NetworkKey): Service | undefined {
  const touched = draft.providers.get(id);
  const provider = touched?.after ?? draft.base.providers.get(id);
  return (touched?.services ?? provider?.services)?.get(network);
}

export function putService(draft: SetDraft, service: Service): void {
  const provider = touchProvider(draft, service.provider);
  provider.services ??= provider.after.services.builder();
  provider.changed ??= new Set();
  const before = provider.services.get(service.network);
  provider.after.requiredStake += stakeFor(service) - stakeFor(before);
  provider.services.set(service.network, service);
  provider.changed.add(service.network);
}

/** The set of the draft, which is used no more. */
export function closeDraft(draft: SetDraft, block: BlockRef): ProviderSet {
  const { base, networks, touchedNetworks, successor } = draft;
  const providers = closeProviders(draft);
  const next: ProviderSet = {
    block,
    networks: networks?.build() ?? base.networks,
    providers,
    active: base.active,
    jails: base.jails,
    successor,
  };
  // Blocks of one chain never go back in time; if they do all the same, nothing can be taken over.
  if (block.timestamp < base.block.timestamp) return indexedAnew(next);
  const touched: TouchedProvider[] = [...draft.providers.values()];
  for (const id of freedBy(base.jails, block.timestamp)) {
    const freed = base.providers.get(id);
    if (freed && !draft.providers.has(id)) touched.push({ before: freed, after: freed, changed: undefined });
  }
  return indexed(base, next, touched, touchedNetworks);
}

function closeProviders(draft: SetDraft): ProviderSet['providers'] {
  if (draft.providers.size === 0) return draft.base.providers;
  const providers = draft.base.providers.builder();
  for (const { after, services } of draft.providers.values()) {
    if (services !== undefined) after.services = services.build();
    providers.set(after.id, after);
  }
  return providers.build();
}

function indexed(
  base: ProviderSet,
  next: ProviderSet,
  providers: readonly TouchedProvider[],
  networks: readonly NetworkKey[],
): ProviderSet {
  const active = changedIndex(base, next, providers, networks);
  const jails = changedJails(base, next, providers);
  return { ...next, active, jails };
}

/** By a look at everything, as if all were new. */
function indexedAnew(set: ProviderSet): ProviderSet {
  const changed = undefined;
  const all = Array.from(set.providers.values(), (after) => ({ before: undefined, after, changed }));
  return indexed(emptySet(set.block), set, all, []);
}

const NO_OFFERS = emptyMap<NetworkKey, Service>();

function unknownProvider(id: Address): Provider {
  return {
    id,
    signer: undefined,
    metadata: '',
    jailedUntil: unixSeconds(0),
    tokens: 0n,
    thawing: 0n,
    locked: 0n,
    requiredStake: 0n,
    services: NO_OFFERS,
  };
}

/** Live or paused, an offered service needs its stake. */
function stakeFor(service: Service | undefined): bigint {
  return service === undefined || service.status === 'removed' ? 0n : service.minStake;
}
