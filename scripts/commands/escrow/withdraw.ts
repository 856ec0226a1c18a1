import { paymentEscrowAbi } from '../../../router/chain/abi/paymentEscrow.ts';
import { DinError } from '../../../router/core/dinError.ts';
import { addressOf } from '../../lib/address.ts';
import { amountText, formatAmount, type TokenUnit } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { type EscrowAccount, readEscrowAccount, requireEscrow } from '../../lib/escrowState.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { requireNotPaused } from '../../lib/pauseState.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { chainTime, openSigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';

export interface EscrowWithdrawOptions extends SigningOptions {
  readonly to?: string;
}

/** `din escrow withdraw` */
export async function withdraw(options: EscrowWithdrawOptions, io: CliIo): Promise<void> {
  const receiver = options.to === undefined ? undefined : addressOf(options.to, '--to');
  const session = await openSigningSession(options, io);
  const { account, client, contracts, token } = session;
  const to = receiver ?? account.address;
  const address = requireEscrow(contracts);
  const before = await readEscrowAccount(session, account.address);
  if (session.check) {
    const now = await chainTime(client);
    if (before.thawing === 0n) throw new BalanceNotThawingError();
    if (now < before.thawEnd) throw new BalanceStillThawingError(before, token);
    await requireNotPaused(session, address, now);
    passed(session, `${amountText(before.thawing, token)} are due`);
  }
  const transactions = await perform(session, [
    planned('PaymentEscrow', { address, abi: paymentEscrowAbi, functionName: 'withdraw', args: [to] }),
  ]);
  const data = { gateway: account.address, to, amount: formatAmount(before.thawing, token) };
  report(session, transactions, data, [`paid ${amountText(before.thawing, token)} to ${to}`]);
}

export class BalanceNotThawingError extends DinError {
  readonly code = 'NOTHING_THAWING';
  constructor() {
    super('Nothing thaws: balance must thaw before it can be withdrawn (`din escrow thaw`)');
  }
}

export class BalanceStillThawingError extends DinError {
  readonly code = 'STILL_THAWING';
  constructor({ thawing, thawEnd }: EscrowAccount, unit: TokenUnit) {
    super(
      `${amountText(thawing, unit)} thaw until ${dateText(thawEnd)}; vouchers are paid from them till then`,
    );
  }
}
