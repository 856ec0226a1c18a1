import { decodeEventLog } from 'viem';
import { providerRegistryAbi } from '../chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../chain/abi/stakeVault.ts';
import type { RegistryContracts } from '../chain/contracts.ts';
import type { RegistryEvent } from '../registry/events.ts';
import type { MinedLog } from './logAnswer.ts';
import { type RegistryLogEvent, toRegistryEvent, type VaultLogEvent } from './toRegistryEvent.ts';

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
    if (log.address === registry.toLowerCase()) return toRegistryEvent(place, registryEventOf(log));
    if (log.address === vault.toLowerCase()) return toRegistryEvent(place, vaultEventOf(log));
  } catch {
    // An event of a later version of the contracts.
  }
  return undefined;
}

function registryEventOf({ topics, data }: MinedLog): RegistryLogEvent {
  return decodeEventLog({ abi: providerRegistryAbi, topics, data });
}

function vaultEventOf({ topics, data }: MinedLog): VaultLogEvent {
  return decodeEventLog({ abi: stakeVaultAbi, topics, data });
}
