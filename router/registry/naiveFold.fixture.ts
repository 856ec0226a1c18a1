import { KNOWN_CAPABILITIES } from '../core/capability.ts';
import type { RegistryEvent } from './events.ts';
import type { Address, Jail, Network, NetworkKey, Provider, ProviderSet, Service } from './providerSet.ts';
import { serviceKey } from './providerSet.ts';

/** A provider set in plain values, in orders of their own: what sets and models are compared by. */
export interface PlainSet {
  readonly networks: readonly Network[];
  readonly providers: readonly PlainProvider[];
  readonly active: Readonly<Record<NetworkKey, readonly Service[]>>;
  readonly jails: readonly Jail[];
  readonly successor: Address | undefined;
}

type PlainProvider = Omit<Provider, 'services'> & { readonly services: readonly Service[] };

export function plainSet(set: ProviderSet): PlainSet {
  return {
    networks: [...set.networks.values()].sort((a, b) => a.index - b.index),
    providers: Array.from(set.providers.values(), (provider) => ({
      ...provider,
      services: byKey(provider.services.values()),
    })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    active: Object.fromEntries(Array.from(set.active, ([key, services]) => [key, [...services]])),
    jails: [...set.jails],
    successor: set.successor,
  };
}

/** With the block that it is of. */
export function plainAtBlock(set: ProviderSet) {
  return { block: set.block, ...plainSet(set) };
}

type NaiveProvider = {
  -readonly [Name in keyof Omit<Provider, 'id' | 'services' | 'requiredStake'>]: Provider[Name];
} & {
  readonly services: Map<NetworkKey, Service>;
};

export interface NaiveFold {
  apply(event: RegistryEvent): void;
  /** By a scan of everything. */
  at(timestamp: number): PlainSet;
}

/** The fold without any thought for its cost: maps that change, and each answer by a scan. */
export function createNaiveFold(): NaiveFold {
  const networks = new Map<NetworkKey, Network>();
  const providers = new Map<Address, NaiveProvider>();
  let successor: Address | undefined;

  function providerOf(id: Address): NaiveProvider {
    const known = providers.get(id);
    if (known !== undefined) return known;
    const none = { signer: undefined, metadata: '', jailedUntil: 0 as Provider['jailedUntil'] };
    const created = {
      ...none,
      tokens: 0n,
      thawing: 0n,
      locked: 0n,
      services: new Map<NetworkKey, Service>(),
    };
    providers.set(id, created);
    return created;
  }

  function changeService(event: { provider: Address; network: NetworkKey }, values: Partial<Service>): void {
    const services = providers.get(event.provider)?.services;
    const service = services?.get(event.network);
    if (service !== undefined) services?.set(event.network, { ...service, ...values });
  }

  return {
    apply(event) {
      switch (event.type) {
        case 'networkAdded': {
          const { network: key, caip2, slug, minStake, sla } = event;
          const index = networks.size;
          if (!networks.has(key))
            networks.set(key, { key, index, caip2, slug, minStake, sla, status: 'live' });
          break;
        }
        case 'networkUpdated':
        case 'networkRetired': {
          const network = networks.get(event.network);
          if (network === undefined) break;
          const values =
            event.type === 'networkRetired'
              ? ({ status: 'retired' } as const)
              : { minStake: event.minStake, sla: event.sla };
          networks.set(event.network, { ...network, ...values });
          break;
        }
        case 'providerRegistered':
          Object.assign(providerOf(event.provider), { signer: event.signer, metadata: event.metadata });
          break;
        case 'metadataSet':
          providerOf(event.provider).metadata = event.metadata;
          break;
        case 'signerRotated':
          providerOf(event.provider).signer = event.signer;
          break;
        case 'providerJailed':
          providerOf(event.provider).jailedUntil = event.until;
          break;
        case 'stakeChanged': {
          const provider = providerOf(event.provider);
          provider.tokens = event.tokens ?? provider.tokens;
          provider.thawing = event.thawing ?? provider.thawing;
          provider.locked = event.locked ?? provider.locked;
          break;
        }
        case 'serviceAdded': {
          const { provider, network, serviceId: id, url, capabilities, minStake } = event;
          if (!networks.has(network)) break;
          const key = serviceKey(provider, network);
          const service = {
            key,
            id,
            provider,
            network,
            url,
            capabilities,
            minStake,
            status: 'live',
          } as const;
          providerOf(provider).services.set(network, service);
          break;
        }
        case 'serviceUpdated': {
          const { url, capabilities, minStake } = event;
          changeService(event, { url, capabilities, minStake });
          break;
        }
        case 'serviceStakeSynced':
          changeService(event, { minStake: event.minStake });
          break;
        case 'servicePaused':
          changeService(event, { status: 'paused' });
          break;
        case 'serviceResumed':
          changeService(event, { status: 'live' });
          break;
        case 'serviceRemoved':
          changeService(event, { status: 'removed' });
          break;
        case 'registryReplaced':
          successor = event.successor;
          break;
      }
    },
    at(timestamp) {
      const plain = Array.from(providers, ([id, provider]): PlainProvider => {
        const services = byKey(provider.services.values());
        const offered = services.filter(({ status }) => status !== 'removed');
        return {
          ...provider,
          id,
          services,
          requiredStake: offered.reduce((sum, { minStake }) => sum + minStake, 0n),
        };
      }).sort((a, b) => (a.id < b.id ? -1 : 1));
      const active = plain
        .filter(
          ({ signer, jailedUntil, tokens, thawing, requiredStake }) =>
            signer !== undefined && jailedUntil <= timestamp && tokens - thawing >= requiredStake,
        )
        .flatMap(({ services }) => services)
        .filter(({ status, network }) => status === 'live' && networks.get(network)?.status === 'live')
        .sort((a, b) => known(a) - known(b) || a.id - b.id || (a.key < b.key ? -1 : 1));
      return {
        networks: [...networks.values()],
        providers: plain,
        active: Object.fromEntries(Map.groupBy(active, ({ network }) => network)),
        jails: plain
          .filter(({ jailedUntil }) => jailedUntil > timestamp)
          .map(({ id, jailedUntil }) => ({ provider: id, until: jailedUntil }))
          .sort((a, b) => a.until - b.until || (a.provider < b.provider ? -1 : 1)),
        successor,
      };
    },
  };
}

function byKey(services: Iterable<Service>): readonly Service[] {
  return [...services].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function known({ capabilities }: Service): number {
  return capabilities & KNOWN_CAPABILITIES;
}
