import type { DecodeEventLogReturnType } from 'viem';
import type { providerRegistryAbi } from '../chain/abi/providerRegistry.ts';
import type { stakeVaultAbi } from '../chain/abi/stakeVault.ts';
import { isCaip2 } from '../core/caip2.ts';
import { unixSeconds } from '../core/units.ts';
import type { EventPlace, RegistryEvent } from '../registry/events.ts';
import type { NetworkKey } from '../registry/providerSet.ts';

/** `enum Role` of the vault: watchers' bonds do not bear on the set. */
const ROLE_PROVIDER = 0;

export type RegistryLogEvent = DecodeEventLogReturnType<typeof providerRegistryAbi>;
export type VaultLogEvent = DecodeEventLogReturnType<typeof stakeVaultAbi>;
type BondEvent = Extract<
  VaultLogEvent,
  { eventName: 'Staked' | 'ThawStarted' | 'ThawCancelled' | 'Withdrawn' | 'Locked' | 'Released' | 'Slashed' }
>;

/**
 * A decoded event of the registry or the vault in the fold's words; undefined for one that bears on nobody's place in
 * the set. Addresses in `args` are checksummed.
 */
export function toRegistryEvent(
  place: EventPlace,
  event: RegistryLogEvent | VaultLogEvent,
): RegistryEvent | undefined {
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
    case 'Staked':
    case 'ThawStarted':
    case 'ThawCancelled':
    case 'Withdrawn':
    case 'Locked':
    case 'Released':
    case 'Slashed':
      return toStakeChange(place, event);
    default:
      // Courts, escrow and rewards.
      return undefined;
  }
}

function toStakeChange(place: EventPlace, { eventName, args }: BondEvent): RegistryEvent | undefined {
  if (args.role !== ROLE_PROVIDER) return undefined;
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
  }
}

function keyOf({ network }: { readonly network: `0x${string}` }): NetworkKey {
  return network as NetworkKey;
}
