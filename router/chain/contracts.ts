import { type Address, getAddress, type PublicClient, zeroAddress } from 'viem';
import { DinError } from '../core/dinError.ts';
import { providerRegistryAbi } from './abi/providerRegistry.ts';
import { slashingCourtAbi } from './abi/slashingCourt.ts';
import { stakeVaultAbi } from './abi/stakeVault.ts';
import { isEndpointError } from './chainError.ts';

/** What a reader of the provider set needs. */
export interface RegistryContracts {
  readonly chainId: number;
  readonly registry: Address;
  readonly vault: Address;
  readonly token: Address;
  /** No event of this deployment is in an older block. */
  readonly deploymentBlock: bigint;
  /** Whether the registry refuses all but public https/wss names; then private addresses are refused everywhere. */
  readonly publicEndpointsOnly: boolean;
  /** Where gateways prepay providers; undefined while the registry names none. */
  readonly escrow: Address | undefined;
  /** The registry that replaced this one; undefined while it is in force. */
  readonly successor: Address | undefined;
}

/** The whole deployment. */
export interface Contracts extends RegistryContracts {
  readonly court: Address;
  readonly hub: Address;
}

/**
 * The contracts that a registry names.
 * @throws {@link NotARegistryError} when the address holds no provider registry; endpoint errors as they are.
 */
export async function discoverRegistry(client: PublicClient, registry: Address): Promise<RegistryContracts> {
  const [chainId, code] = await Promise.all([client.getChainId(), client.getCode({ address: registry })]);
  if (code === undefined || code === '0x')
    throw new NotARegistryError(registry, chainId, 'there is no contract');
  try {
    const at = { address: registry, abi: providerRegistryAbi } as const;
    const [vault, publicEndpointsOnly, escrow, successor] = await Promise.all([
      client.readContract({ ...at, functionName: 'vault' }),
      client.readContract({ ...at, functionName: 'publicEndpointsOnly' }),
      client.readContract({ ...at, functionName: 'escrow' }),
      client.readContract({ ...at, functionName: 'successor' }),
    ]);
    const vaultAt = { address: vault, abi: stakeVaultAbi } as const;
    const [token, deploymentBlock] = await Promise.all([
      client.readContract({ ...vaultAt, functionName: 'token' }),
      client.readContract({ ...vaultAt, functionName: 'deploymentBlock' }),
    ]);
    return {
      ...{ chainId, registry: getAddress(registry), vault, token, deploymentBlock, publicEndpointsOnly },
      escrow: unlessZero(escrow),
      successor: unlessZero(successor),
    };
  } catch (cause) {
    if (isEndpointError(cause)) throw cause;
    throw new NotARegistryError(registry, chainId, 'the contract does not answer as one', { cause });
  }
}

function unlessZero(address: Address): Address | undefined {
  return address === zeroAddress ? undefined : address;
}

/**
 * All contracts of a deployment, from the registry's address alone.
 * @throws {@link NotARegistryError}, {@link NoCourtError} (no slashing court is set yet); endpoint errors as they are.
 */
export async function discoverContracts(client: PublicClient, registry: Address): Promise<Contracts> {
  const base = await discoverRegistry(client, registry);
  const court = await client.readContract({
    address: registry,
    abi: providerRegistryAbi,
    functionName: 'court',
  });
  if (court === zeroAddress) throw new NoCourtError(registry, 'none is set');
  try {
    const hub = await client.readContract({ address: court, abi: slashingCourtAbi, functionName: 'hub' });
    return { ...base, court, hub };
  } catch (cause) {
    if (isEndpointError(cause)) throw cause;
    throw new NoCourtError(registry, `${court} does not answer as one`, { cause });
  }
}

export class NotARegistryError extends DinError {
  readonly code = 'NOT_A_REGISTRY';
  constructor(registry: Address, chainId: number, reason: string, options?: { cause?: unknown }) {
    super(
      `${registry} on chain ${chainId} is no provider registry: ${reason}. Check address and endpoint.`,
      options,
    );
  }
}

export class NoCourtError extends DinError {
  readonly code = 'NO_COURT';
  constructor(registry: Address, reason: string, options?: { cause?: unknown }) {
    super(`The registry ${registry} has no slashing court: ${reason}.`, options);
  }
}
