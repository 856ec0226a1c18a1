import { stakeVaultAbi } from '../../../router/chain/abi/stakeVault.ts';
import { amountText, formatAmount, parseAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { perform, planned, report } from '../../lib/perform.ts';
import { planSpending } from '../../lib/planSpending.ts';
import { openSigningSession } from '../../lib/session.ts';

export interface FundRewardsOptions extends SigningOptions {
  readonly amount: string;
}

/** `din watcher fund-rewards` */
export async function fundRewards(options: FundRewardsOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { client, contracts, token } = session;
  const amount = parseAmount(options.amount, token);
  const vault = { address: contracts.vault, abi: stakeVaultAbi } as const;
  const plan = await planSpending(session, {
    spender: contracts.vault,
    amount,
    plain: (order) => planned('StakeVault', { ...vault, functionName: 'fundRewards', args: [amount] }, order),
  });
  const transactions = await perform(session, plan);
  const pool = await client.readContract({ ...vault, functionName: 'rewardPool' });
  report(
    session,
    transactions,
    { amount: formatAmount(amount, token), pool: formatAmount(pool, token), token: token.symbol },
    [`added ${amountText(amount, token)}; the pool holds ${amountText(pool, token)}`],
  );
}
