import { watcherHubAbi } from '../../../router/chain/abi/watcherHub.ts';
import { discoverContracts } from '../../../router/chain/contracts.ts';
import { DinError } from '../../../router/core/dinError.ts';
import { addressOf } from '../../lib/address.ts';
import { amountText, formatAmount, type TokenUnit } from '../../lib/amount.ts';
import { type ReportReward, type Rewards, readReportReward, readRewards } from '../../lib/claimable.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { chainTime, openSigningSession } from '../../lib/session.ts';

/** So far back the command looks by itself; an older epoch is named with --epoch. */
const LOOKBACK_EPOCHS = 30n;

export interface ClaimOptions extends SigningOptions {
  readonly epoch?: number;
  readonly watcher?: string;
}

/** `din watcher claim` */
export async function claim(options: ClaimOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { account, client, contracts, token } = session;
  const watcher = options.watcher === undefined ? account.address : addressOf(options.watcher, '--watcher');
  const { hub } = await discoverContracts(client, contracts.registry);
  const at = { address: hub, abi: watcherHubAbi } as const;
  const [current, rewards, now] = await Promise.all([
    client.readContract({ ...at, functionName: 'currentEpoch' }),
    readRewards(session, hub),
    chainTime(client),
  ]);
  const reports = await Promise.all(
    epochsOf(options.epoch, current).map((epoch) => readReportReward(session, hub, watcher, epoch, now)),
  );
  const due = reports.filter(({ standing }) => standing === 'claimable');
  const [named] = options.epoch === undefined ? [] : reports;
  const claims = session.check || named === undefined ? due : [named];
  if (session.check) {
    if (named !== undefined && due.length === 0) throw new NotClaimableError(named);
    requirePool(rewards, claims.length, token);
    passed(session, `${claims.length} reports agree with the quorum and are not paid yet`);
  }
  const transactions = await perform(
    session,
    claims.map(({ epoch }) =>
      planned('WatcherHub', { ...at, functionName: 'claimReward', args: [watcher, epoch] }),
    ),
  );
  const total = rewards.reward * BigInt(claims.length);
  const epochs = claims.map(({ epoch }) => epoch);
  report(session, transactions, { watcher, epochs, reward: formatAmount(total, token) }, [
    claims.length === 0
      ? `no report of the last ${LOOKBACK_EPOCHS} epochs waits for its reward`
      : `${amountText(total, token)} for ${claims.length} reports, added to the bond of ${watcher}`,
  ]);
}

function epochsOf(named: number | undefined, current: bigint): bigint[] {
  if (named !== undefined) return [BigInt(named)];
  const first = current > LOOKBACK_EPOCHS ? current - LOOKBACK_EPOCHS : 0n;
  return Array.from({ length: Number(current - first) }, (_, offset) => first + BigInt(offset));
}

function requirePool({ reward, pool }: Rewards, reports: number, token: TokenUnit): void {
  const needed = reward * BigInt(reports);
  if (pool < needed) throw new RewardPoolShortError(pool, needed, token);
}

const REASONS: Readonly<Record<ReportReward['standing'], string>> = {
  none: 'there is no report of this watcher',
  running: 'its reveal window is not over',
  incomplete: 'the report was not revealed in full',
  dissents: 'the report alleges what no quorum saw, or misses what one saw',
  rewarded: 'the reward was paid already',
  claimable: 'the reward can be claimed',
};

export class NotClaimableError extends DinError {
  readonly code = 'NOT_CLAIMABLE';
  constructor({ epoch, standing }: ReportReward) {
    super(`No reward for epoch ${epoch}: ${REASONS[standing]}`);
  }
}

export class RewardPoolShortError extends DinError {
  readonly code = 'REWARD_POOL_SHORT';
  constructor(pool: bigint, needed: bigint, unit: TokenUnit) {
    super(
      `The reward pool holds ${amountText(pool, unit)} and ${amountText(needed, unit)} are due: ` +
        'anyone can fill it with `din watcher fund-rewards`',
    );
  }
}
