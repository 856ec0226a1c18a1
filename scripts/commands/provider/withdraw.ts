import { addressOf } from '../../lib/address.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { perform, report } from '../../lib/perform.ts';
import { planWithdraw } from '../../lib/planWithdraw.ts';
import { readBond, withdrawable } from '../../lib/providerState.ts';
import { openSigningSession } from '../../lib/session.ts';

export interface WithdrawOptions extends SigningOptions {
  readonly to?: string;
}

/** `din provider withdraw` */
export async function withdraw(options: WithdrawOptions, io: CliIo): Promise<void> {
  const receiver = options.to === undefined ? undefined : addressOf(options.to, '--to');
  const session = await openSigningSession(options, io);
  const { account, token } = session;
  const to = receiver ?? account.address;
  const bond = await readBond(session, 'provider', account.address);
  const transactions = await perform(session, [await planWithdraw(session, 'provider', bond, to)]);
  const amount = withdrawable(bond);
  report(session, transactions, { provider: account.address, to, amount: formatAmount(amount, token) }, [
    `paid ${amountText(amount, token)} to ${to}`,
  ]);
}
