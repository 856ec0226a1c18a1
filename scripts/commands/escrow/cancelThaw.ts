import { paymentEscrowAbi } from '../../../router/chain/abi/paymentEscrow.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { readEscrowAccount, requireEscrow } from '../../lib/escrowState.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { openSigningSession } from '../../lib/session.ts';
import { BalanceNotThawingError } from './withdraw.ts';

/** `din escrow cancel-thaw` */
export async function cancelThaw(options: SigningOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { account, contracts, token } = session;
  const { thawing } = await readEscrowAccount(session, account.address);
  if (session.check) {
    if (thawing === 0n) throw new BalanceNotThawingError();
    passed(session, `${amountText(thawing, token)} thaw`);
  }
  const transactions = await perform(session, [
    planned('PaymentEscrow', {
      address: requireEscrow(contracts),
      abi: paymentEscrowAbi,
      functionName: 'cancelThaw',
    }),
  ]);
  report(session, transactions, { gateway: account.address, amount: formatAmount(thawing, token) }, [
    `${amountText(thawing, token)} thaw no more`,
  ]);
}
