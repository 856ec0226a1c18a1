import { type Address, encodeFunctionData, getAddress, type Hex, keccak256, parseEther, toHex } from 'viem';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { networkIdOf } from '../../router/chain/commitment.ts';
import type { Deployment } from '../lib/deployment.ts';
import { type Action, MIN_STAKE } from './member.ts';

export interface ActionCall {
  readonly from: Address;
  readonly to: Address;
  readonly data: Hex;
}

export interface Cast {
  readonly deployment: Deployment;
  /** Governor, and the one who pays every stake. */
  readonly governor: Address;
  /** Where a provider's service on a network answers. */
  readonly endpointOf: (provider: number, network: number) => string;
}

const ROLE_PROVIDER = 0;
const JAIL_SECONDS = 86_400;
const ADDRESS_BYTES = 20;
const SLA = {
  minAvailabilityBps: 9_900,
  maxP95LatencyMs: 500,
  maxP95BlockLag: 5,
  maxMismatches: 0,
  minSamples: 10,
} as const;

/** An address as random as keys make them. */
export function providerAddress(index: number): Address {
  return getAddress(`0x${keccak256(toHex(index)).slice(2, 2 + ADDRESS_BYTES * 2)}`);
}

export const caip2Of = (network: number) => `eip155:${1_000 + network}`;

/** The transaction of an action. `time`: not after the block's, in Unix seconds. */
export function actionCall(action: Action, cast: Cast, time: number): ActionCall {
  const { deployment, governor } = cast;
  const { registry, vault, court } = deployment;
  if (action.kind === 'addNetwork') {
    const caip2 = caip2Of(action.network);
    const params = { minStake: parseEther(String(MIN_STAKE)), sla: SLA };
    const data = encodeFunctionData({
      ...{ abi: providerRegistryAbi, functionName: 'addNetwork' },
      args: [caip2, `network-${action.network}`, params],
    });
    return { from: governor, to: registry, data };
  }
  const provider = providerAddress(action.provider);
  const ofRegistry = (data: Hex, from = provider): ActionCall => ({ from, to: registry, data });
  const ofVault = (data: Hex, from = provider): ActionCall => ({ from, to: vault, data });
  switch (action.kind) {
    case 'register':
      return ofRegistry(
        encodeFunctionData({
          ...{ abi: providerRegistryAbi, functionName: 'register' },
          // A signer of one's own needs no consent.
          args: [provider, metadata(action.provider), 0n, '0x'],
        }),
      );
    case 'setMetadata':
      return ofRegistry(
        encodeFunctionData({
          ...{ abi: providerRegistryAbi, functionName: 'setMetadata' },
          args: [metadata(action.provider)],
        }),
      );
    case 'addService':
    case 'updateService': {
      const { kind, network, capabilities } = action;
      const url = cast.endpointOf(action.provider, network);
      const args = [networkIdOf(caip2Of(network)), url, capabilities] as const;
      return ofRegistry(encodeFunctionData({ abi: providerRegistryAbi, functionName: kind, args }));
    }
    case 'pauseService':
    case 'resumeService':
    case 'removeService': {
      const args = [networkIdOf(caip2Of(action.network))] as const;
      return ofRegistry(encodeFunctionData({ abi: providerRegistryAbi, functionName: action.kind, args }));
    }
    case 'jail': {
      const args = [provider, time + JAIL_SECONDS] as const;
      return ofRegistry(encodeFunctionData({ abi: providerRegistryAbi, functionName: 'jail', args }), court);
    }
    case 'stake': {
      const args = [ROLE_PROVIDER, provider, wei(action)] as const;
      return ofVault(encodeFunctionData({ abi: stakeVaultAbi, functionName: 'stake', args }), governor);
    }
    case 'thaw': {
      const args = [ROLE_PROVIDER, wei(action)] as const;
      return ofVault(encodeFunctionData({ abi: stakeVaultAbi, functionName: 'thaw', args }));
    }
    case 'cancelThaw':
      return ofVault(
        encodeFunctionData({ abi: stakeVaultAbi, functionName: 'cancelThaw', args: [ROLE_PROVIDER] }),
      );
    case 'lock':
    case 'release': {
      const args = [ROLE_PROVIDER, provider, wei(action)] as const;
      return ofVault(encodeFunctionData({ abi: stakeVaultAbi, functionName: action.kind, args }), court);
    }
    case 'slash': {
      const args = [ROLE_PROVIDER, provider, wei(action), governor, 0n] as const;
      return ofVault(encodeFunctionData({ abi: stakeVaultAbi, functionName: 'slash', args }), court);
    }
  }
}

function wei({ tokens }: { readonly tokens: number }): bigint {
  return parseEther(String(tokens));
}

function metadata(provider: number): string {
  return JSON.stringify({ name: `Provider ${provider}`, website: `https://nodes-${provider}.example.org` });
}
