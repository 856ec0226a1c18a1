import type { Address } from 'viem';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';
import { type Bond, readBond } from './providerState.ts';
import type { Session } from './session.ts';

export interface WatcherState {
  readonly id: Address;
  readonly admitted: boolean;
  readonly joined: boolean;
  readonly bond: Bond;
  /** Least bond to join, in the token's smallest unit. */
  readonly minBond: bigint;
  readonly epoch: bigint;
  /** In the present epoch. */
  readonly weight: bigint;
  readonly totalWeight: bigint;
}

export async function readWatcher(session: Session, hub: Address, id: Address): Promise<WatcherState> {
  const { client } = session;
  const at = { address: hub, abi: watcherHubAbi } as const;
  const [admitted, joined, minBond, epoch, bond] = await Promise.all([
    client.readContract({ ...at, functionName: 'isAdmitted', args: [id] }),
    client.readContract({ ...at, functionName: 'isWatcher', args: [id] }),
    client.readContract({ ...at, functionName: 'minBond' }),
    client.readContract({ ...at, functionName: 'currentEpoch' }),
    readBond(session, 'watcher', id),
  ]);
  const [weight, totalWeight] = await Promise.all([
    client.readContract({ ...at, functionName: 'weightAt', args: [id, epoch] }),
    client.readContract({ ...at, functionName: 'totalWeightAt', args: [epoch] }),
  ]);
  return { id, admitted, joined, bond, minBond, epoch, weight, totalWeight };
}
