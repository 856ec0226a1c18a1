import type { Caip2 } from '../core/caip2.ts';
import type { Branded, UnixSeconds } from '../core/units.ts';
import { type NetworkServices, NO_SERVICES, type ServiceList } from './networkServices.ts';
import { emptyList, type PersistentList } from './persistent/persistentList.ts';
import { emptyMap, type PersistentMap } from './persistent/persistentMap.ts';

export type Hex = `0x${string}`;
/** Checksummed address. */
export type Address = `0x${string}`;
/** On-chain key of a network: `keccak256(bytes(caip2))`. */
export type NetworkKey = Branded<Hex, 'NetworkKey'>;
/** `provider/networkKey`: one provider's offer on one network. */
export type ServiceKey = Branded<string, 'ServiceKey'>;

export interface BlockRef {
  readonly number: bigint;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timestamp: UnixSeconds;
}

/** Units as on-chain: 1/10,000, milliseconds, blocks, answers, samples. */
export interface Sla {
  readonly minAvailabilityBps: number;
  readonly maxP95LatencyMs: number;
  readonly maxP95BlockLag: number;
  readonly maxMismatches: number;
  readonly minSamples: number;
}

export interface Network {
  readonly key: NetworkKey;
  /** How many networks the registry had opened before this one. */
  readonly index: number;
  readonly caip2: Caip2;
  readonly slug: string;
  readonly minStake: bigint;
  readonly sla: Sla;
  readonly status: 'live' | 'retired';
}

export interface Service {
  readonly key: ServiceKey;
  /** Number in watchers' measurements. */
  readonly id: number;
  readonly provider: Address;
  readonly network: NetworkKey;
  /** From a stranger: checked where it is used. */
  readonly url: string;
  readonly capabilities: number;
  readonly status: 'live' | 'paused' | 'removed';
  readonly minStake: bigint;
}

export interface Provider {
  readonly id: Address;
  /** Undefined until registered: stake may come first. */
  readonly signer: Address | undefined;
  readonly metadata: string;
  readonly jailedUntil: UnixSeconds;
  readonly tokens: bigint;
  readonly thawing: bigint;
  readonly locked: bigint;
  /** Σ minStake over the offered services. */
  readonly requiredStake: bigint;
  readonly services: PersistentMap<NetworkKey, Service>;
}

/**
 * All that the contracts' events say, at one settlement block. Immutable: a change makes a new set that shares what
 * did not change, and costs what changed. A reader holds one set for a whole call.
 */
export interface ProviderSet {
  readonly block: BlockRef;
  /** Not in the order in which they were opened: see `networksInOrder`. */
  readonly networks: PersistentMap<NetworkKey, Network>;
  readonly providers: PersistentMap<Address, Provider>;
  /** The services that may be routed to, by network: networks without any are not in it. See {@link activeServices}. */
  readonly active: PersistentMap<NetworkKey, NetworkServices>;
  /** Jails that have not ended at `block`, the next to end first: time frees providers without an event. */
  readonly jails: PersistentList<Jail>;
  /** The registry that replaced this one; undefined while it is in force. */
  readonly successor: Address | undefined;
}

export interface Jail {
  readonly provider: Address;
  readonly until: UnixSeconds;
}

const NOTHING: Omit<ProviderSet, 'block'> = {
  networks: emptyMap(),
  providers: emptyMap(),
  active: emptyMap(),
  jails: emptyList<Jail>(
    (a, b) => a.until - b.until || (a.provider < b.provider ? -1 : a.provider > b.provider ? 1 : 0),
  ),
  successor: undefined,
};

/** What is known before the first event. */
export function emptySet(block: BlockRef): ProviderSet {
  return { block, ...NOTHING };
}

export function serviceKey(provider: Address, network: NetworkKey): ServiceKey {
  return `${provider}/${network}` as ServiceKey;
}

/**
 * The services of one network that may be routed to and have all of these capabilities, by an index. Without
 * capabilities it is the same object as long as nothing of it changed. One order whatever the history.
 * @param capabilities bitmap; with a bit that this version does not know, nobody is known to have it
 */
export function activeServices(set: ProviderSet, network: NetworkKey, capabilities = 0): ServiceList {
  return set.active.get(network)?.having(capabilities) ?? NO_SERVICES;
}

/** `IProviderRegistry.isActive` at the set's block. */
export function isActive(set: ProviderSet, provider: Address, network: NetworkKey): boolean {
  const found = set.providers.get(provider);
  const service = found?.services.get(network);
  if (found === undefined || service === undefined) return false;
  return mayServe(found, service, set.networks.get(network), set.block.timestamp);
}

/** The design's definition of an active service, in the words of the events' values. */
export function mayServe(
  provider: Provider,
  service: Service,
  network: Network | undefined,
  at: UnixSeconds,
): boolean {
  return mayServeAny(provider, at) && isOpen(service, network);
}

/** The provider's part of {@link mayServe}: one answer for all its services. */
export function mayServeAny(provider: Provider, at: UnixSeconds): boolean {
  return (
    provider.signer !== undefined &&
    at >= provider.jailedUntil &&
    provider.tokens - provider.thawing >= provider.requiredStake
  );
}

/** The service's part of {@link mayServe}. */
export function isOpen(service: Service, network: Network | undefined): boolean {
  return service.status === 'live' && network?.status === 'live';
}
