import { unixSeconds } from '../core/units.ts';
import type {
  Address,
  BlockRef,
  Jail,
  Network,
  NetworkKey,
  Provider,
  ProviderSet,
  Service,
} from './providerSet.ts';
import { mayServe } from './providerSet.ts';

/**
 * A set in the making. Copies a map of the base at the first write to it and notes what was touched, so that closing
 * costs what changed. Never leaves this folder; the base is not altered.
 */
export interface SetDraft {
  network(key: NetworkKey): Network | undefined;
  putNetwork(network: Network): void;
  /** An account that nothing is known of yet has no stake, no signer and no services. */
  provider(id: Address): Provider;
  putProvider(provider: Provider): void;
  setSuccessor(registry: Address): void;
  close(block: BlockRef): ProviderSet;
}

export function openDraft(base: ProviderSet): SetDraft {
  let networks: Map<NetworkKey, Network> | undefined;
  let providers: Map<Address, Provider> | undefined;
  let { successor } = base;
  const touched = new Set<Address>();
  const touchedNetworks = new Set<NetworkKey>();

  return {
    network: (key) => (networks ?? base.networks).get(key),
    putNetwork(network) {
      networks ??= new Map(base.networks);
      networks.set(network.key, network);
      touchedNetworks.add(network.key);
    },
    provider: (id) => (providers ?? base.providers).get(id) ?? unknownProvider(id),
    putProvider(provider) {
      providers ??= new Map(base.providers);
      providers.set(provider.id, provider);
      touched.add(provider.id);
    },
    setSuccessor(registry) {
      successor = registry;
    },
    close(block) {
      const next: ProviderSet = {
        ...base,
        block,
        networks: networks ?? base.networks,
        providers: providers ?? base.providers,
        successor,
      };
      // Blocks of one chain never go back in time; if they do all the same, nothing can be taken over.
      if (block.timestamp < base.block.timestamp) return indexAnew(next);
      for (const { provider } of endedJails(base.jails, block)) touched.add(provider);
      for (const key of touchedNetworks) {
        // An update of parameters moves no service in or out; opening and closing does, and is rare.
        if (base.networks.get(key)?.status === next.networks.get(key)?.status) continue;
        for (const provider of next.providers.values())
          if (provider.services.has(key)) touched.add(provider.id);
      }
      if (touched.size === 0) return next;
      return {
        ...next,
        active: indexActive(base, next, touched),
        jails: listJails(base.jails, next, touched),
      };
    },
  };
}

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
    services: new Map(),
  };
}

function endedJails(jails: readonly Jail[], { timestamp }: BlockRef): readonly Jail[] {
  const firstLasting = jails.findIndex(({ until }) => until > timestamp);
  return firstLasting === -1 ? jails : jails.slice(0, firstLasting);
}

function listJails(
  jails: readonly Jail[],
  next: ProviderSet,
  touched: ReadonlySet<Address>,
): readonly Jail[] {
  const others = jails.filter(({ provider }) => !touched.has(provider));
  const jailed: Jail[] = [];
  for (const id of touched) {
    const until = next.providers.get(id)?.jailedUntil;
    if (until !== undefined && until > next.block.timestamp) jailed.push({ provider: id, until });
  }
  if (jailed.length === 0 && others.length === jails.length) return jails;
  return [...others, ...jailed].sort(
    (a, b) => a.until - b.until || (a.provider < b.provider ? -1 : a.provider > b.provider ? 1 : 0),
  );
}

/** The index after a change: lists of networks in which nothing changed stay the same objects. */
function indexActive(
  base: ProviderSet,
  next: ProviderSet,
  touched: ReadonlySet<Address>,
): ProviderSet['active'] {
  const leaving = new Map<NetworkKey, Set<Service>>();
  const joining = new Map<NetworkKey, Service[]>();
  for (const id of touched) {
    const before = base.providers.get(id);
    const after = next.providers.get(id);
    for (const key of new Set([...(before?.services.keys() ?? []), ...(after?.services.keys() ?? [])])) {
      const was = servedBy(before, key, base);
      const is = servedBy(after, key, next);
      if (was === is) continue;
      if (was !== undefined) leaving.set(key, (leaving.get(key) ?? new Set()).add(was));
      if (is !== undefined) listOf(joining, key).push(is);
    }
  }
  if (leaving.size === 0 && joining.size === 0) return base.active;
  const active = new Map(base.active);
  for (const key of new Set([...leaving.keys(), ...joining.keys()])) {
    const gone = leaving.get(key);
    const kept = (active.get(key) ?? []).filter((service) => gone?.has(service) !== true);
    setList(active, key, [...kept, ...(joining.get(key) ?? [])]);
  }
  return active;
}

function servedBy(provider: Provider | undefined, key: NetworkKey, set: ProviderSet): Service | undefined {
  const service = provider?.services.get(key);
  if (provider === undefined || service === undefined) return undefined;
  return mayServe(provider, service, set.networks.get(key), set.block.timestamp) ? service : undefined;
}

function indexAnew(set: ProviderSet): ProviderSet {
  const lists = new Map<NetworkKey, Service[]>();
  for (const provider of set.providers.values()) {
    for (const key of provider.services.keys()) {
      const service = servedBy(provider, key, set);
      if (service !== undefined) listOf(lists, key).push(service);
    }
  }
  const active = new Map<NetworkKey, readonly Service[]>();
  for (const [key, list] of lists) setList(active, key, list);
  return { ...set, active, jails: listJails([], set, new Set(set.providers.keys())) };
}

function listOf(lists: Map<NetworkKey, Service[]>, key: NetworkKey): Service[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** One order whatever the history: by id (and by key, should a contract ever give an id twice). */
function setList(active: Map<NetworkKey, readonly Service[]>, key: NetworkKey, list: Service[]): void {
  if (list.length === 0) active.delete(key);
  else
    active.set(
      key,
      list.sort((a, b) => a.id - b.id || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
    );
}
