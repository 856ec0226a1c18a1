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
 * A set in the making. Notes what was touched, so that closing costs what changed. Never leaves this folder; the base
 * is not altered.
 */
export interface SetDraft {
  network(key: NetworkKey): Network | undefined;
  /** The registry's next. */
  addNetwork(network: Omit<Network, 'index'>): void;
  putNetwork(network: Network): void;
  /** The address as the set holds it: one text for all that name it. */
  providerId(id: Address): Address;
  /** An account that nothing is known of yet has no stake, no signer and no services. */
  changeProvider(id: Address, values: Partial<ProviderValues>): void;
  service(provider: Address, network: NetworkKey): Service | undefined;
  putService(service: Service): void;
  setSuccessor(registry: Address): void;
  close(block: BlockRef): ProviderSet;
}

/** What events say of a provider itself. */
export type ProviderValues = Omit<Provider, 'id' | 'requiredStake' | 'services'>;

/** The draft's own, so altered in place until the draft is closed. */
interface ProviderDraft extends TouchedProvider {
  readonly after: { -readonly [Name in keyof Provider]: Provider[Name] };
  changed: Set<NetworkKey> | undefined;
  /** Undefined like `changed`. */
  services: MapBuilder<NetworkKey, Service> | undefined;
}

export function openDraft(base: ProviderSet): SetDraft {
  let networks: MapBuilder<NetworkKey, Network> | undefined;
  const touchedNetworks: NetworkKey[] = [];
  const drafts = new Map<Address, ProviderDraft>();
  let { successor } = base;

  function draftOf(id: Address): ProviderDraft {
    const known = drafts.get(id);
    if (known !== undefined) return known;
    const before = base.providers.get(id);
    const after = { ...(before ?? unknownProvider(id)) };
    const created = { before, after, changed: undefined, services: undefined };
    drafts.set(id, created);
    return created;
  }

  function putNetwork(network: Network): void {
    networks ??= base.networks.builder();
    networks.set(network.key, network);
    touchedNetworks.push(network.key);
  }

  function closeProviders(): ProviderSet['providers'] {
    const providers = base.providers.builder();
    for (const { after, services } of drafts.values()) {
      if (services !== undefined) after.services = services.build();
      providers.set(after.id, after);
    }
    return providers.build();
  }

  return {
    network: (key) => (networks ?? base.networks).get(key),
    addNetwork: (network) => putNetwork({ ...network, index: (networks ?? base.networks).size }),
    putNetwork,
    providerId: (id) => draftOf(id).after.id,
    changeProvider(id, values) {
      Object.assign(draftOf(id).after, values);
    },
    service(id, network) {
      // Asking touches nobody.
      const draft = drafts.get(id);
      const provider = draft?.after ?? base.providers.get(id);
      return (draft?.services ?? provider?.services)?.get(network);
    },
    putService(service) {
      const draft = draftOf(service.provider);
      draft.services ??= draft.after.services.builder();
      draft.changed ??= new Set();
      const before = draft.services.get(service.network);
      draft.after.requiredStake += stakeFor(service) - stakeFor(before);
      draft.services.set(service.network, service);
      draft.changed.add(service.network);
    },
    setSuccessor(registry) {
      successor = registry;
    },
    close(block) {
      const next: ProviderSet = {
        ...base,
        block,
        networks: networks?.build() ?? base.networks,
        providers: closeProviders(),
        successor,
      };
      // Blocks of one chain never go back in time; if they do all the same, nothing can be taken over.
      if (block.timestamp < base.block.timestamp) return indexedAnew(next);
      const touched: TouchedProvider[] = [...drafts.values()];
      for (const id of freedBy(base.jails, block.timestamp)) {
        const freed = base.providers.get(id);
        if (freed && !drafts.has(id)) touched.push({ before: freed, after: freed, changed: undefined });
      }
      return indexed(base, next, touched, touchedNetworks);
    },
  };
}

/** By a look at everything, as if all were new. */
function indexedAnew(set: ProviderSet): ProviderSet {
  const providers = Array.from(set.providers.values(), (after) => ({
    before: undefined,
    after,
    changed: undefined,
  }));
  return indexed(emptySet(set.block), set, providers, []);
}

function indexed(
  base: ProviderSet,
  next: ProviderSet,
  providers: readonly TouchedProvider[],
  networks: readonly NetworkKey[],
): ProviderSet {
  return {
    ...next,
    active: changedIndex(base, next, providers, networks),
    jails: changedJails(base, next, providers),
  };
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
