import { decodeEventLog, isAddressEqual, type Log } from 'viem';
import { providerRegistryAbi } from '../chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../chain/abi/stakeVault.ts';
import type { RegistryContracts } from '../chain/contracts.ts';
import { isCaip2 } from '../core/caip2.ts';
import { unixSeconds } from '../core/units.ts';
import type { EventPlace, RegistryEvent } from '../registry/events.ts';
import type { NetworkKey } from '../registry/providerSet.ts';

/** `enum Role` of the vault: watchers' bonds do not bear on the set. */
const ROLE_PROVIDER = 0;

type MinedLog = Pick<Log<bigint, number, false>, 'address' | 'topics' | 'data' | 'blockNumber' | 'logIndex'>;

/** The logs' events in the chain's order. Logs that the fold has no use for, or that we do not know, are left out. */
export function decodeEvents(
  contracts: Pick<RegistryContracts, 'registry' | 'vault'>,
  logs: readonly MinedLog[],
): RegistryEvent[] {
  const events = logs.map((log) => decodeEvent(contracts, log)).filter((event) => event !== undefined);
  return events.sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex);
}

function decodeEvent(
  { registry, vault }: Pick<RegistryContracts, 'registry' | 'vault'>,
  log: MinedLog,
): RegistryEvent | undefined {
  const place = { blockNumber: log.blockNumber, logIndex: log.logIndex };
  try {
    if (isAddressEqual(log.address, registry)) return fromRegistry(place, log);
    if (isAddressEqual(log.address, vault)) return fromVault(place, log);
  } catch {
    // An event of a later version of the contracts.
  }
  return undefined;
}

function fromRegistry(place: EventPlace, log: MinedLog): RegistryEvent | undefined {
  const event = decodeEventLog({ abi: providerRegistryAbi, topics: log.topics, data: log.data });
  switch (event.eventName) {
    case 'NetworkAdded': {
      const { caip2, slug, params } = event.args;
      if (!isCaip2(caip2)) return undefined;
      return { ...place, type: 'networkAdded', network: keyOf(event.args), caip2, slug, ...params };
    }
    case 'NetworkUpdated':
      return { ...place, type: 'networkUpdated', network: keyOf(event.args), ...event.args.params };
    case 'NetworkRetired':
      return { ...place, type: 'networkRetired', network: keyOf(event.args) };
    case 'ProviderRegistered':
      return { ...place, type: 'providerRegistered', ...event.args };
    case 'MetadataSet':
      return { ...place, type: 'metadataSet', ...event.args };
    case 'SignerRotated':
      return { ...place, type: 'signerRotated', provider: event.args.provider, signer: event.args.signer };
    case 'ServiceAdded':
      return { ...place, type: 'serviceAdded', ...event.args, network: keyOf(event.args) };
    case 'ServiceUpdated':
      return { ...place, type: 'serviceUpdated', ...event.args, network: keyOf(event.args) };
    case 'ServiceStakeSynced': {
      const { provider, minStake } = event.args;
      return { ...place, type: 'serviceStakeSynced', provider, network: keyOf(event.args), minStake };
    }
    case 'ServicePaused':
      return { ...place, type: 'servicePaused', provider: event.args.provider, network: keyOf(event.args) };
    case 'ServiceResumed':
      return { ...place, type: 'serviceResumed', provider: event.args.provider, network: keyOf(event.args) };
    case 'ServiceRemoved':
      return { ...place, type: 'serviceRemoved', provider: event.args.provider, network: keyOf(event.args) };
    case 'ProviderJailed': {
      const { provider, until } = event.args;
      return { ...place, type: 'providerJailed', provider, until: unixSeconds(until) };
    }
    case 'SuccessorChanged':
      return { ...place, type: 'registryReplaced', successor: event.args.successor };
    default:
      // Courts and escrow bear on nobody's place in the set.
      return undefined;
  }
}

function fromVault(place: EventPlace, log: MinedLog): RegistryEvent | undefined {
  const { eventName, args } = decodeEventLog({ abi: stakeVaultAbi, topics: log.topics, data: log.data });
  if (!('role' in args) || args.role !== ROLE_PROVIDER) return undefined;
  const stakeChanged = { ...place, type: 'stakeChanged', provider: args.account } as const;
  switch (eventName) {
    case 'Staked':
      return { ...stakeChanged, tokens: args.tokens };
    case 'ThawStarted':
      return { ...stakeChanged, thawing: args.thawing };
    case 'ThawCancelled':
      // All that thaws is cancelled at once.
      return { ...stakeChanged, thawing: 0n };
    case 'Withdrawn':
      return { ...stakeChanged, tokens: args.tokens, thawing: args.thawing };
    case 'Locked':
    case 'Released':
      return { ...stakeChanged, locked: args.locked };
    case 'Slashed':
      return { ...stakeChanged, tokens: args.tokens, thawing: args.thawing, locked: args.locked };
    default:
      return undefined;
  }
}

function keyOf({ network }: { readonly network: `0x${string}` }): NetworkKey {
  return network as NetworkKey;
}
