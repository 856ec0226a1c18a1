import { amountText, formatAmount, parseAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { perform, report } from '../../lib/perform.ts';
import { planStake } from '../../lib/planStake.ts';
import { activeStake, readBond } from '../../lib/providerState.ts';
import { openSigningSession } from '../../lib/session.ts';

export interface StakeOptions extends SigningOptions {
  readonly amount: string;
}

/** `din provider stake` */
export async function stake(options: StakeOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { account, token } = session;
  const amount = parseAmount(options.amount, token);
  const transactions = await perform(session, await planStake(session, 'provider', amount));
  const counted = activeStake(await readBond(session, 'provider', account.address));
  report(
    session,
    transactions,
    {
      provider: account.address,
      amount: formatAmount(amount, token),
      activeStake: formatAmount(counted, token),
      token: token.symbol,
    },
    [`staked ${amountText(amount, token)}; ${amountText(counted, token)} count now`],
  );
}
