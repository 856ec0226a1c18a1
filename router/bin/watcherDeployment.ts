import type { Address, PublicClient } from 'viem';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import { type Contracts, discoverContracts } from '../chain/contracts.ts';
import type { EpochParams } from '../chain/epochClock.ts';
import { DinError } from '../core/dinError.ts';

/** What a watcher has to know before it begins: none of it ever changes. */
export interface WatcherDeployment {
  readonly contracts: Contracts;
  readonly params: EpochParams;
}

/**
 * Reads it from the chain.
 * @throws {@link NotAWatcherError}, `NotARegistryError`, `NoCourtError`; endpoint errors as they are.
 */
export async function readWatcherDeployment(
  client: PublicClient,
  registry: Address,
  account: Address,
): Promise<WatcherDeployment> {
  const contracts = await discoverContracts(client, registry);
  const hub = { address: contracts.hub, abi: watcherHubAbi } as const;
  const [params, joined] = await Promise.all([
    client.readContract({ ...hub, functionName: 'epochParams' }),
    client.readContract({ ...hub, functionName: 'isWatcher', args: [account] }),
  ]);
  if (!joined) {
    const admitted = await client.readContract({ ...hub, functionName: 'isAdmitted', args: [account] });
    throw new NotAWatcherError(account, admitted);
  }
  return { contracts, params };
}

export class NotAWatcherError extends DinError {
  readonly code = 'NOT_A_WATCHER';
  constructor(account: Address, admitted: boolean) {
    super(
      admitted
        ? `${account} is no watcher yet: bond and join with \`din watcher join\`.`
        : `${account} is no watcher, and is not admitted: the governor admits it first, then \`din watcher join\`.`,
    );
  }
}
