import type { PublicClient } from 'viem';
import { stakeVaultAbi } from '../chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import type { Contracts } from '../chain/contracts.ts';
import { type EpochParams, windowsOf } from '../chain/epochClock.ts';
import type { Transactor } from '../chain/transact.ts';
import type { UnixSeconds } from '../core/units.ts';
import { describeError } from './describeError.ts';
import { refusalName } from './refusals.ts';
import type { ReportStore } from './reportStore.ts';
import type { WatcherLog } from './watcherLog.ts';

export interface RewardDependencies {
  readonly client: PublicClient;
  readonly transactor: Transactor;
  readonly contracts: Pick<Contracts, 'hub' | 'vault'>;
  readonly params: EpochParams;
  readonly store: Pick<ReportStore, 'unpaid' | 'setState'>;
  readonly log: WatcherLog;
}

/** Fetches the flat reward of each report that was revealed in full, once its epoch's reveal window is over. */
export interface RewardClaims {
  /** One round at the chain's time `now`. Failures are logged; what may still succeed is tried again an epoch later. */
  step(now: UnixSeconds): Promise<void>;
}

/** A refusal that passes by itself, or with the next tokens in the pool. Every other one is the hub's last word. */
const PASSING = new Set(['RevealWindowOpen', 'InsufficientRewardPool']);

export function createRewardClaims(dependencies: RewardDependencies): RewardClaims {
  const { client, transactor, contracts, params, store, log } = dependencies;
  const { address: watcher } = transactor.account;
  const hub = { address: contracts.hub, abi: watcherHubAbi } as const;
  const vault = { address: contracts.vault, abi: stakeVaultAbi } as const;
  let notBefore = 0;
  let poolWasShort = false;

  /** Whether a claim would pay: the pool is anyone's to fill, and a claim of nothing is gas for nothing. */
  async function pays(): Promise<boolean> {
    const [reward, pool] = await Promise.all([
      client.readContract({ ...hub, functionName: 'reward' }),
      client.readContract({ ...vault, functionName: 'rewardPool' }),
    ]);
    const isShort = reward > pool;
    if (isShort && !poolWasShort) {
      log.warn({ reward: String(reward), pool: String(pool), code: 'REWARD_POOL_SHORT' }, 'rewards_unpaid');
    }
    poolWasShort = isShort;
    return reward > 0n && !isShort;
  }

  async function claim(epoch: number): Promise<void> {
    const args = [watcher, BigInt(epoch)] as const;
    const { rewarded } = await client.readContract({ ...hub, functionName: 'reportOf', args });
    if (!rewarded) {
      await transactor.simulateAndSend({ ...hub, functionName: 'claimReward', args });
      log.info({ epoch }, 'reward_claimed');
    }
    store.setState(epoch, 'rewarded');
  }

  return {
    async step(now) {
      if (now < notBefore) return;
      const due = store.unpaid().filter((epoch) => now >= windowsOf(params, epoch).revealEnd);
      if (due.length === 0) return;
      // Set back once all is settled: until then an epoch is soon enough for another try.
      notBefore = now + params.epochSeconds;
      try {
        if (!(await pays())) return;
      } catch (error) {
        log.warn(describeError(error), 'rewards_unread');
        return;
      }
      let settled = true;
      for (const epoch of due) {
        try {
          await claim(epoch);
        } catch (error) {
          const refusal = refusalName(error);
          if (refusal === 'AlreadyRewarded') store.setState(epoch, 'rewarded');
          else if (refusal !== undefined && !PASSING.has(refusal)) {
            store.setState(epoch, 'unrewarded');
            log.warn({ epoch, refusal }, 'reward_refused');
          } else {
            settled = false;
            log.warn({ epoch, refusal, ...describeError(error) }, 'claim_failed');
          }
        }
      }
      if (settled) notBefore = 0;
    },
  };
}
