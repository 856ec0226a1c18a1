import type { Caip2 } from '../core/caip2.ts';
import type { Branded, UnixSeconds } from '../core/units.ts';

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
  readonly services: ReadonlyMap<NetworkKey, Service>;
}

/**
 * All that the contracts' events say, at one settlement block. Immutable: a change makes a new set that shares what
 * did not change. A reader holds one set for a whole call.
 */
export interface ProviderSet {
  readonly block: BlockRef;
  readonly networks: ReadonlyMap<NetworkKey, Network>;
  readonly providers: ReadonlyMap<Address, Provider>;
  /** The services that may be routed to, by network. An index: answering never scans the set. */
  readonly active: ReadonlyMap<NetworkKey, readonly Service[]>;
  /** Jails that have not ended at `block`, the next to end first: time frees providers without an event. */
  readonly jails: readonly Jail[];
  /** The registry that replaced this one; undefined while it is in force. */
  readonly successor: Address | undefined;
}

export interface Jail {
  readonly provider: Address;
  readonly until: UnixSeconds;
}

/** What is known before the first event. */
export function emptySet(block: BlockRef): ProviderSet {
  const none = { networks: new Map(), providers: new Map(), active: new Map() };
  return { block, ...none, jails: [], successor: undefined };
}

export function serviceKey(provider: Address, network: NetworkKey): ServiceKey {
  return `${provider}/${network}` as ServiceKey;
}

const NONE: readonly Service[] = [];

/** The services of one network that may be routed to, in the order of their ids. */
export function activeServices(set: ProviderSet, network: NetworkKey): readonly Service[] {
  return set.active.get(network) ?? NONE;
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
  return (
    provider.signer !== undefined &&
    service.status === 'live' &&
    network?.status === 'live' &&
    at >= provider.jailedUntil &&
    provider.tokens - provider.thawing >= provider.requiredStake
  );
}
