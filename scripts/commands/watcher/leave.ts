import { stakeVaultAbi } from '../../../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../../../router/chain/abi/watcherHub.ts';
import { discoverContracts } from '../../../router/chain/contracts.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { type PlannedCall, perform, planned, report } from '../../lib/perform.ts';
import { planWithdraw } from '../../lib/planWithdraw.ts';
import { ROLE, readBond, thawable, withdrawable } from '../../lib/providerState.ts';
import { chainTime, openSigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';
import { requireJoined } from '../../lib/watcherChecks.ts';
import { readWatcher } from '../../lib/watcherState.ts';

export interface LeaveOptions extends SigningOptions {
  readonly withdraw?: boolean;
}

/** `din watcher leave`: what is still to do of leaving; run again, it goes on where it stands. */
export async function leave(options: LeaveOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { account, client, contracts, token } = session;
  const { hub } = await discoverContracts(client, contracts.registry);
  const watcher = await readWatcher(session, hub, account.address);
  if (watcher.bond.tokens === 0n) requireJoined(watcher);
  const plan: PlannedCall[] = [];
  if (watcher.joined)
    plan.push(planned('WatcherHub', { address: hub, abi: watcherHubAbi, functionName: 'leave' }));
  const due =
    options.withdraw === true &&
    withdrawable(watcher.bond) > 0n &&
    (await chainTime(client)) >= watcher.bond.thawEnd;
  // Paid out before the rest begins to thaw: that would start the time of all anew.
  if (due) plan.push(await planWithdraw(session, 'watcher', watcher.bond, account.address));
  const free = thawable(watcher.bond);
  if (free > 0n) {
    plan.push(
      planned('StakeVault', {
        address: contracts.vault,
        abi: stakeVaultAbi,
        functionName: 'thaw',
        args: [ROLE.watcher, free],
      }),
    );
  }
  const transactions = await perform(session, plan);
  const bond = await readBond(session, 'watcher', account.address);
  const withdrawn = due && !session.dryRun ? withdrawable(watcher.bond) : 0n;
  const lines = [`${account.address} is no watcher any more; its weight ends with the present epoch`];
  if (withdrawn > 0n) lines.push(`paid ${amountText(withdrawn, token)}`);
  if (bond.thawing > 0n) {
    lines.push(
      `${amountText(bond.thawing, token)} thaw; \`din watcher leave --withdraw\` pays out from ${dateText(bond.thawEnd)}`,
    );
  }
  report(
    session,
    transactions,
    {
      watcher: account.address,
      thawing: formatAmount(bond.thawing, token),
      withdrawn: formatAmount(withdrawn, token),
      withdrawableAt: bond.thawing > 0n ? bond.thawEnd : null,
    },
    lines,
  );
}
