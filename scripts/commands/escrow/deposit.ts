import { paymentEscrowAbi } from '../../../router/chain/abi/paymentEscrow.ts';
import { addressOf } from '../../lib/address.ts';
import { amountText, formatAmount, parseAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { readEscrowAccount, requireEscrow } from '../../lib/escrowState.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { perform, planned, report } from '../../lib/perform.ts';
import { HIDDEN, planSpending } from '../../lib/planSpending.ts';
import { openSigningSession } from '../../lib/session.ts';

export interface DepositOptions extends SigningOptions {
  readonly amount: string;
  readonly gateway?: string;
}

/** `din escrow deposit` */
export async function deposit(options: DepositOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { account, contracts, token } = session;
  const gateway = options.gateway === undefined ? account.address : addressOf(options.gateway, '--gateway');
  const amount = parseAmount(options.amount, token);
  const spender = requireEscrow(contracts);
  const escrow = { address: spender, abi: paymentEscrowAbi } as const;
  const args = [gateway, amount] as const;
  const plan = await planSpending(session, {
    spender,
    amount,
    plain: (order) => planned('PaymentEscrow', { ...escrow, functionName: 'deposit', args }, order),
    withPermit({ deadline, v, r, s }) {
      const call = {
        ...escrow,
        functionName: 'depositWithPermit',
        args: [...args, deadline, v, r, s],
      } as const;
      return planned('PaymentEscrow', call, { shownArgs: [...args, deadline, v, HIDDEN, HIDDEN] });
    },
  });
  const transactions = await perform(session, plan);
  const { balance } = await readEscrowAccount(session, gateway);
  report(
    session,
    transactions,
    {
      gateway,
      amount: formatAmount(amount, token),
      balance: formatAmount(balance, token),
      token: token.symbol,
    },
    [`deposited ${amountText(amount, token)}; the balance of ${gateway} is ${amountText(balance, token)}`],
  );
}
