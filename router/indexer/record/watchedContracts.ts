import { type Address, type PublicClient, zeroAddress } from 'viem';
import { providerRegistryAbi } from '../../chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../../chain/abi/slashingCourt.ts';
import { watcherHubAbi } from '../../chain/abi/watcherHub.ts';
import { discoverContracts } from '../../chain/contracts.ts';
import type { EpochParams } from '../../chain/epochClock.ts';

/** Whose events are the record. */
export interface WatchedContracts {
  readonly hub: Address;
  readonly court: Address;
  /** No event is in an older block. */
  readonly deploymentBlock: bigint;
  readonly params: EpochParams;
  /** The longest that a case stays undecided, unless nobody executes it. */
  readonly caseSeconds: number;
}

/** The court in office; undefined while there is none. Rejects with endpoint errors as they are. */
export async function courtInOffice(client: PublicClient, registry: Address): Promise<Address | undefined> {
  const at = { address: registry, abi: providerRegistryAbi } as const;
  const court = await client.readContract({ ...at, functionName: 'court' });
  return court === zeroAddress ? undefined : court;
}

/** @throws `NoCourtError`, `NotARegistryError`; endpoint errors as they are. */
export async function readWatchedContracts(
  client: PublicClient,
  registry: Address,
): Promise<WatchedContracts> {
  const { hub, court, deploymentBlock } = await discoverContracts(client, registry);
  const [params, windows] = await Promise.all([
    client.readContract({ address: hub, abi: watcherHubAbi, functionName: 'epochParams' }),
    client.readContract({ address: court, abi: slashingCourtAbi, functionName: 'windows' }),
  ]);
  const caseSeconds = windows.vetoSeconds + windows.appealSeconds;
  return { hub, court, deploymentBlock, params, caseSeconds };
}

export interface EpochWeights {
  readonly totalWeight: number;
  /** In the order of the watchers. */
  readonly weights: readonly number[];
}

/** What the watchers weigh in an epoch; fixed once it has begun. Rejects with endpoint errors as they are. */
export async function readEpochWeights(
  client: PublicClient,
  hub: Address,
  epoch: number,
  watchers: readonly Address[],
): Promise<EpochWeights> {
  const at = { address: hub, abi: watcherHubAbi } as const;
  const [total, ...weights] = await Promise.all([
    client.readContract({ ...at, functionName: 'totalWeightAt', args: [BigInt(epoch)] }),
    ...watchers.map((watcher) =>
      client.readContract({ ...at, functionName: 'weightAt', args: [watcher, BigInt(epoch)] }),
    ),
  ]);
  return { totalWeight: Number(total), weights: weights.map(Number) };
}
