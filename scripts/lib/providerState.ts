import { type Address, zeroAddress } from 'viem';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import type { Session } from './session.ts';

/** `Role` in contracts/Types.sol. */
export const ROLE = { provider: 0, watcher: 1 } as const;

/** A bond in the vault, in the token's smallest unit. */
export interface Bond {
  readonly tokens: bigint;
  readonly thawing: bigint;
  /** Unix seconds; 0 when nothing thaws. */
  readonly thawEnd: number;
  readonly locked: bigint;
  /** The part of `locked` that the court before the present one holds. */
  readonly retiredLocked: bigint;
}

export interface ProviderState {
  readonly id: Address;
  /** Undefined when not registered. */
  readonly signer: Address | undefined;
  /** Unix seconds. */
  readonly jailedUntil: number;
  readonly requiredStake: bigint;
  readonly bond: Bond;
}

/** `ServiceStatus` of the registry. */
export type ServiceStatus = 'none' | 'live' | 'paused' | 'removed';

export interface ServiceState {
  readonly id: number;
  readonly status: ServiceStatus;
  readonly capabilities: number;
  readonly minStake: bigint;
}

const SERVICE_STATUS: readonly ServiceStatus[] = ['none', 'live', 'paused', 'removed'];

export async function readBond(
  { client, contracts }: Session,
  role: keyof typeof ROLE,
  account: Address,
): Promise<Bond> {
  return client.readContract({
    address: contracts.vault,
    abi: stakeVaultAbi,
    functionName: 'accountOf',
    args: [ROLE[role], account],
  });
}

export async function readProvider(session: Session, id: Address): Promise<ProviderState> {
  const { client, contracts } = session;
  const [provider, bond] = await Promise.all([
    client.readContract({
      address: contracts.registry,
      abi: providerRegistryAbi,
      functionName: 'providerOf',
      args: [id],
    }),
    readBond(session, 'provider', id),
  ]);
  return {
    id,
    signer: provider.signer === zeroAddress ? undefined : provider.signer,
    jailedUntil: provider.jailedUntil,
    requiredStake: provider.requiredStake,
    bond,
  };
}

export async function readService(
  { client, contracts }: Session,
  provider: Address,
  network: `0x${string}`,
): Promise<ServiceState> {
  const service = await client.readContract({
    address: contracts.registry,
    abi: providerRegistryAbi,
    functionName: 'serviceOf',
    args: [provider, network],
  });
  return { ...service, status: SERVICE_STATUS[service.status] ?? 'none' };
}

/** The provider that a signer is bound to; undefined when to none. */
export async function readSignerOwner(
  { client, contracts }: Session,
  signer: Address,
): Promise<Address | undefined> {
  const owner = await client.readContract({
    address: contracts.registry,
    abi: providerRegistryAbi,
    functionName: 'signerOwner',
    args: [signer],
  });
  return owner === zeroAddress ? undefined : owner;
}

/** The stake that counts; locked stake still does. */
export function activeStake({ tokens, thawing }: Bond): bigint {
  return tokens - thawing;
}

/** What may begin to thaw: neither thawing nor locked. */
export function thawable({ tokens, thawing, locked }: Bond): bigint {
  const free = tokens - thawing - locked;
  return free > 0n ? free : 0n;
}

/** What no case holds; thawing stake can still be locked. */
export function unlocked({ tokens, locked }: Bond): bigint {
  return tokens - locked;
}

/** What a withdrawal pays once the thaw has ended: an open case's lock may hold part of it back. */
export function withdrawable(bond: Bond): bigint {
  const free = unlocked(bond);
  const heldBack = bond.thawing > free;
  return heldBack ? free : bond.thawing;
}
