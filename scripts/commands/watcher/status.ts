import { discoverContracts } from '../../../router/chain/contracts.ts';
import { loadAddress } from '../../lib/account.ts';
import { addressOf } from '../../lib/address.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import { readReportReward, readRewards } from '../../lib/claimable.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { ChainOptions } from '../../lib/options.ts';
import { chainTime, openSession } from '../../lib/session.ts';
import { table } from '../../lib/table.ts';
import { dateText } from '../../lib/time.ts';
import { readWatcher } from '../../lib/watcherState.ts';

// A glance at whether the watcher works; the events hold the whole record.
const REPORTS_SHOWN = 5n;

export interface WatcherStatusOptions extends ChainOptions {
  readonly id?: string | undefined;
  readonly keystore?: string;
}

/** `din watcher status [watcher]` */
export async function status(options: WatcherStatusOptions, io: CliIo): Promise<void> {
  const id =
    options.id === undefined ? await loadAddress(options.keystore, io) : addressOf(options.id, 'The watcher');
  const session = await openSession(options, io);
  const { client, contracts, token } = session;
  const { hub } = await discoverContracts(client, contracts.registry);
  const [watcher, rewards, now] = await Promise.all([
    readWatcher(session, hub, id),
    readRewards(session, hub),
    chainTime(client),
  ]);
  const { bond, epoch } = watcher;
  const first = epoch > REPORTS_SHOWN ? epoch - REPORTS_SHOWN : 0n;
  const epochs = Array.from({ length: Number(epoch - first) }, (_, offset) => first + BigInt(offset));
  const reports = await Promise.all(epochs.map((of) => readReportReward(session, hub, id, of, now)));
  const facts = [
    ['watcher', id],
    ['admitted', watcher.admitted ? 'yes' : 'no'],
    ['joined', watcher.joined ? 'yes' : 'no'],
    ['bond', amountText(bond.tokens, token)],
    [
      '  thawing',
      bond.thawing > 0n
        ? `${amountText(bond.thawing, token)}, withdrawable from ${dateText(bond.thawEnd)}`
        : amountText(0n, token),
    ],
    ['epoch', String(epoch)],
    [
      'reward',
      `${amountText(rewards.reward, token)} a report, ${amountText(rewards.pool, token)} in the pool`,
    ],
    ['weight', `${amountText(watcher.weight, token)} of ${amountText(watcher.totalWeight, token)}`],
  ];
  const rows = reports.map((report) => [
    String(report.epoch),
    report.committed ? 'yes' : 'no',
    report.revealedChunks > 0 ? 'yes' : 'no',
    report.standing,
  ]);
  session.output.result(
    {
      watcher: id,
      admitted: watcher.admitted,
      joined: watcher.joined,
      bond: formatAmount(bond.tokens, token),
      thawing: formatAmount(bond.thawing, token),
      withdrawableAt: bond.thawing > 0n ? bond.thawEnd : null,
      minBond: formatAmount(watcher.minBond, token),
      token: token.symbol,
      epoch,
      weight: formatAmount(watcher.weight, token),
      totalWeight: formatAmount(watcher.totalWeight, token),
      reward: formatAmount(rewards.reward, token),
      rewardPool: formatAmount(rewards.pool, token),
      reports,
    },
    [...table(facts), '', ...table([['EPOCH', 'COMMITTED', 'REVEALED', 'REWARD'], ...rows])],
  );
}
