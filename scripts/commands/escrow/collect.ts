import { paymentEscrowAbi } from '../../../router/chain/abi/paymentEscrow.ts';
import { DinError } from '../../../router/core/dinError.ts';
import { amountText, formatAmount, type TokenUnit } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { readEscrowAccount, requireEscrow } from '../../lib/escrowState.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { requireNotPaused } from '../../lib/pauseState.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { chainTime, openSigningSession } from '../../lib/session.ts';
import { readVoucherFile, type SignedVoucher } from '../../lib/voucherFile.ts';

export type CollectOptions = SigningOptions;

/** `din escrow collect <file>`; the signature is judged by the contract alone. */
export async function collect(file: string, options: CollectOptions, io: CliIo): Promise<void> {
  const { signer, signature, ...voucher } = await readVoucherFile(file);
  const session = await openSigningSession(options, io);
  const { client, contracts, token } = session;
  const escrow = { address: requireEscrow(contracts), abi: paymentEscrowAbi } as const;
  const pair = [voucher.gateway, voucher.provider] as const;
  const collectedOf = { ...escrow, functionName: 'collectedOf', args: pair } as const;
  const [before, { balance }] = await Promise.all([
    client.readContract(collectedOf),
    readEscrowAccount(session, voucher.gateway),
  ]);
  const owed = voucher.total - before;
  const isShort = owed > balance;
  const payable = isShort ? balance : owed;
  if (session.check) {
    if (owed <= 0n) throw new NothingToCollectError(voucher, before, token);
    if (balance === 0n) throw new EmptyBalanceError(voucher, owed, token);
    await requireNotPaused(session, escrow.address, await chainTime(client));
    passed(session, `${amountText(owed, token)} were not collected yet`);
  }
  if (isShort) {
    session.output.progress(
      `warning: ${amountText(owed, token)} are owed and ${amountText(balance, token)} are there: the rest stays owed`,
    );
  }
  const transactions = await perform(session, [
    planned('PaymentEscrow', { ...escrow, functionName: 'collect', args: [voucher, signer, signature] }),
  ]);
  const amount = session.dryRun ? payable : (await client.readContract(collectedOf)) - before;
  const data = {
    gateway: voucher.gateway,
    provider: voucher.provider,
    amount: formatAmount(amount, token),
    stillOwed: formatAmount(owed - amount, token),
  };
  report(session, transactions, data, [
    `collected ${amountText(amount, token)} (fee included) of ${voucher.gateway} for ${voucher.provider}`,
  ]);
}

type Voucher = Pick<SignedVoucher, 'gateway' | 'provider' | 'total'>;

export class NothingToCollectError extends DinError {
  readonly code = 'NOTHING_TO_COLLECT';
  constructor({ total }: Voucher, collected: bigint, unit: TokenUnit) {
    super(
      `The voucher is for ${amountText(total, unit)} in all, and ${amountText(collected, unit)} were collected before`,
    );
  }
}

export class EmptyBalanceError extends DinError {
  readonly code = 'EMPTY_BALANCE';
  constructor({ gateway }: Voucher, owed: bigint, unit: TokenUnit) {
    super(`${gateway} has no balance left for the ${amountText(owed, unit)} that it owes`);
  }
}
