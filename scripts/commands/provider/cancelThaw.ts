import { stakeVaultAbi } from '../../../router/chain/abi/stakeVault.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { NothingThawingError } from '../../lib/planWithdraw.ts';
import { activeStake, ROLE, readBond } from '../../lib/providerState.ts';
import { openSigningSession } from '../../lib/session.ts';

/** `din provider cancel-thaw` */
export async function cancelThaw(options: SigningOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { account, contracts, token } = session;
  const { thawing } = await readBond(session, 'provider', account.address);
  if (session.check) {
    if (thawing === 0n) throw new NothingThawingError();
    passed(session, `${amountText(thawing, token)} thaw`);
  }
  const transactions = await perform(session, [
    planned('StakeVault', {
      address: contracts.vault,
      abi: stakeVaultAbi,
      functionName: 'cancelThaw',
      args: [ROLE.provider],
    }),
  ]);
  const counted = activeStake(await readBond(session, 'provider', account.address));
  report(
    session,
    transactions,
    {
      provider: account.address,
      amount: formatAmount(thawing, token),
      activeStake: formatAmount(counted, token),
    },
    [`${amountText(thawing, token)} thaw no more; ${amountText(counted, token)} count now`],
  );
}
