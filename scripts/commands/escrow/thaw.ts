import { paymentEscrowAbi } from '../../../router/chain/abi/paymentEscrow.ts';
import { DinError } from '../../../router/core/dinError.ts';
import { amountText, formatAmount, parseAmount, type TokenUnit } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { type EscrowAccount, readEscrowAccount, requireEscrow } from '../../lib/escrowState.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { openSigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';
import { UsageError } from '../../lib/usageError.ts';

export interface EscrowThawOptions extends SigningOptions {
  readonly amount?: string;
  readonly all?: boolean;
}

/** `din escrow thaw` */
export async function thaw(options: EscrowThawOptions, io: CliIo): Promise<void> {
  if (options.amount === undefined && options.all !== true)
    throw new UsageError('How much? Give --amount <tokens> or --all');
  const session = await openSigningSession(options, io);
  const { account, contracts, token } = session;
  const before = await readEscrowAccount(session, account.address);
  const free = before.balance - before.thawing;
  const amount = options.amount === undefined ? free : parseAmount(options.amount, token);
  if (session.check) {
    if (amount === 0n || amount > free) throw new BalanceNotThawableError(before, amount, token);
    passed(session, `${amountText(free, token)} do not thaw yet`);
  }
  if (before.thawing > 0n) session.output.progress('warning: the time of what thaws already begins anew');
  const transactions = await perform(session, [
    planned('PaymentEscrow', {
      address: requireEscrow(contracts),
      abi: paymentEscrowAbi,
      functionName: 'thaw',
      args: [amount],
    }),
  ]);
  const { thawEnd } = await readEscrowAccount(session, account.address);
  const data = { gateway: account.address, amount: formatAmount(amount, token), thawEnd };
  report(session, transactions, data, [
    `${amountText(amount, token)} thaw; \`din escrow withdraw\` pays out from ${dateText(thawEnd)}`,
  ]);
}

export class BalanceNotThawableError extends DinError {
  readonly code = 'NOT_THAWABLE';
  constructor({ balance, thawing }: EscrowAccount, amount: bigint, unit: TokenUnit) {
    super(
      `${amountText(amount, unit)} cannot thaw: of ${amountText(balance, unit)}, ${amountText(thawing, unit)} thaw already`,
    );
  }
}
