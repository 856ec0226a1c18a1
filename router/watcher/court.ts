import type { PublicClient } from 'viem';
import { slashingCourtAbi } from '../chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import type { RegistryContracts } from '../chain/contracts.ts';
import type { EpochParams } from '../chain/epochClock.ts';
import type { Address } from '../registry/providerSet.ts';

/** What a keeper has to know of a slashing court. None of it ever changes. */
export interface Court {
  readonly chainId: number;
  readonly court: Address;
  readonly hub: Address;
  readonly params: EpochParams;
  /** After an epoch's reveal window, in which its offences may be brought. */
  readonly evidenceSeconds: number;
  /** From an attestation to the execution of its case, with appeal and pause, as long as keepers do their work. */
  readonly longestCaseSeconds: number;
  /** No offence is older. */
  readonly deploymentBlock: bigint;
}

/** Rejects with the endpoint's error, or the contract's when `court` is none. */
export async function readCourt(
  client: PublicClient,
  deployment: Pick<RegistryContracts, 'chainId' | 'vault' | 'deploymentBlock'>,
  court: Address,
): Promise<Court> {
  const at = { address: court, abi: slashingCourtAbi } as const;
  const [hub, windows, pauseSeconds] = await Promise.all([
    client.readContract({ ...at, functionName: 'hub' }),
    client.readContract({ ...at, functionName: 'windows' }),
    client.readContract({ address: deployment.vault, abi: stakeVaultAbi, functionName: 'pauseSeconds' }),
  ]);
  const params = await client.readContract({ address: hub, abi: watcherHubAbi, functionName: 'epochParams' });
  const { evidenceSeconds, vetoSeconds, appealSeconds } = windows;
  const { chainId, deploymentBlock } = deployment;
  const longestCaseSeconds =
    params.revealSeconds + evidenceSeconds + vetoSeconds + appealSeconds + pauseSeconds;
  return { chainId, court, hub, params, evidenceSeconds, longestCaseSeconds, deploymentBlock };
}
