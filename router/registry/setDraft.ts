import { unixSeconds } from '../core/units.ts';
import { changedIndex } from './activeIndex.ts';
import { changedJails, freedAt } from './jails.ts';
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
interface ProviderDraft {
  readonly provider: { -readonly [Name in keyof Provider]: Provider[Name] };
  readonly services: MapBuilder<NetworkKey, Service>;
  readonly changed: Set<NetworkKey>;
}

export function openDraft(base: ProviderSet): SetDraft {
  const networks = base.networks.builder();
  const touchedNetworks = new Set<NetworkKey>();
  const drafts = new Map<Address, ProviderDraft>();
  let { successor } = base;

  function draftOf(id: Address): ProviderDraft {
    const known = drafts.get(id);
    if (known !== undefined) return known;
    const provider = { ...(base.providers.get(id) ?? unknownProvider(id)) };
    const created = { provider, services: provider.services.builder(), changed: new Set<NetworkKey>() };
    drafts.set(id, created);
    return created;
  }

  function putNetwork(network: Network): void {
    networks.set(network.key, network);
    touchedNetworks.add(network.key);
  }

  return {
    network: (key) => networks.get(key),
    addNetwork: (network) => putNetwork({ ...network, index: networks.size() }),
    putNetwork,
    changeProvider(id, values) {
      Object.assign(draftOf(id).provider, values);
    },
    service(provider, network) {
      // Asking touches nobody.
      const draft = drafts.get(provider);
      return draft ? draft.services.get(network) : base.providers.get(provider)?.services.get(network);
    },
    putService(service) {
      const { provider, services, changed } = draftOf(service.provider);
      provider.requiredStake += stakeFor(service) - stakeFor(services.get(service.network));
      services.set(service.network, service);
      changed.add(service.network);
    },
    setSuccessor(registry) {
      successor = registry;
    },
    close(block) {
      const providers = base.providers.builder();
      const touched = new Map<Address, ReadonlySet<NetworkKey>>();
      for (const [id, { provider, services, changed }] of drafts) {
        provider.services = services.build();
        providers.set(id, provider);
        touched.set(id, changed);
      }
      const next = { ...base, block, networks: networks.build(), providers: providers.build(), successor };
      // Blocks of one chain never go back in time; if they do all the same, nothing can be taken over.
      if (block.timestamp < base.block.timestamp) return indexedAnew(next);
      for (const id of freedAt(base.jails, block.timestamp)) if (!touched.has(id)) touched.set(id, NONE);
      const changes = { providers: touched, networks: touchedNetworks };
      return {
        ...next,
        active: changedIndex(base, next, changes),
        jails: changedJails(base, next, touched.keys()),
      };
    },
  };
}

const NONE: ReadonlySet<NetworkKey> = new Set();

/** By a look at everything, as if all were new. */
function indexedAnew(set: ProviderSet): ProviderSet {
  const base = emptySet(set.block);
  const everyone = new Map(set.providers.keys().map((id) => [id, NONE]));
  return {
    ...set,
    active: changedIndex(base, set, { providers: everyone, networks: [] }),
    jails: changedJails(base, set, everyone.keys()),
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
