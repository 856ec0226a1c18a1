import { type Address, zeroHash } from 'viem';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';
import type { Session } from './session.ts';

/** What a watcher's report of one epoch has come to. */
export type ReportStanding = 'none' | 'running' | 'incomplete' | 'dissents' | 'claimable' | 'rewarded';

export interface ReportReward {
  readonly epoch: bigint;
  readonly standing: ReportStanding;
  readonly committed: boolean;
  readonly revealedChunks: number;
}

export interface Rewards {
  /** Of one report, in the token's smallest unit. */
  readonly reward: bigint;
  readonly pool: bigint;
}

export async function readRewards({ client, contracts }: Session, hub: Address): Promise<Rewards> {
  const [reward, pool] = await Promise.all([
    client.readContract({ address: hub, abi: watcherHubAbi, functionName: 'reward' }),
    client.readContract({ address: contracts.vault, abi: stakeVaultAbi, functionName: 'rewardPool' }),
  ]);
  return { reward, pool };
}

/** As the hub will judge it: a reward is for a whole report that says what a quorum says, no more and no less. */
export async function readReportReward(
  { client }: Pick<Session, 'client'>,
  hub: Address,
  watcher: Address,
  epoch: bigint,
  now: number,
): Promise<ReportReward> {
  const at = { address: hub, abi: watcherHubAbi } as const;
  const [report, verdict, start, params] = await Promise.all([
    client.readContract({ ...at, functionName: 'reportOf', args: [watcher, epoch] }),
    client.readContract({ ...at, functionName: 'verdictOf', args: [epoch] }),
    client.readContract({ ...at, functionName: 'epochStart', args: [epoch] }),
    client.readContract({ ...at, functionName: 'epochParams' }),
  ]);
  const { commitment, revealedChunks, chunks } = report;
  const committed = commitment !== zeroHash;
  const closesAt = start + params.epochSeconds + params.commitSeconds + params.revealSeconds;
  const agrees = report.breaches === verdict.breaches && report.digest === verdict.digest;
  const standing = () => {
    if (!committed) return 'none';
    if (report.rewarded) return 'rewarded';
    if (now < closesAt) return 'running';
    if (chunks === 0 || revealedChunks < chunks) return 'incomplete';
    return agrees ? 'claimable' : 'dissents';
  };
  return { epoch, committed, revealedChunks, standing: standing() };
}
