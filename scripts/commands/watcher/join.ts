import { watcherHubAbi } from '../../../router/chain/abi/watcherHub.ts';
import { discoverContracts } from '../../../router/chain/contracts.ts';
import { amountText, formatAmount, parseAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { planStake } from '../../lib/planStake.ts';
import { activeStake, readBond } from '../../lib/providerState.ts';
import { openSigningSession } from '../../lib/session.ts';
import { requireAdmitted, requireBond, requireNotJoined } from '../../lib/watcherChecks.ts';
import { readWatcher } from '../../lib/watcherState.ts';

export interface JoinOptions extends SigningOptions {
  readonly amount?: string;
}

/** `din watcher join` */
export async function join(options: JoinOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { account, client, contracts, token } = session;
  const { hub } = await discoverContracts(client, contracts.registry);
  const watcher = await readWatcher(session, hub, account.address);
  const missing = watcher.minBond - activeStake(watcher.bond);
  const lacking = missing > 0n ? missing : 0n;
  const amount = options.amount === undefined ? lacking : parseAmount(options.amount, token);
  if (session.check) {
    requireAdmitted(watcher);
    requireNotJoined(watcher);
    requireBond(watcher, amount, token);
    passed(session, `${account.address} is admitted and the bond will be enough`);
  }
  const plan = amount > 0n ? await planStake(session, 'watcher', amount) : [];
  const joining = { address: hub, abi: watcherHubAbi, functionName: 'join' } as const;
  plan.push(planned('WatcherHub', joining, { afterPrevious: amount > 0n }));
  const transactions = await perform(session, plan);
  const bond = activeStake(await readBond(session, 'watcher', account.address));
  const data = {
    watcher: account.address,
    staked: formatAmount(amount, token),
    bond: formatAmount(bond, token),
  };
  report(session, transactions, data, [
    `joined with a bond of ${amountText(bond, token)}; it counts from the next epoch on`,
  ]);
}
