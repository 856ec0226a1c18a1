import { signVoucher as sign } from '../../../router/chain/voucher.ts';
import { loadAccount } from '../../lib/account.ts';
import { addressOf } from '../../lib/address.ts';
import { parseAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { requireEscrow } from '../../lib/escrowState.ts';
import type { ChainOptions } from '../../lib/options.ts';
import { toJson } from '../../lib/output.ts';
import { openSession } from '../../lib/session.ts';

export interface SignVoucherOptions extends ChainOptions {
  readonly keystore?: string;
  readonly gateway?: string;
  readonly provider: string;
  readonly total: string;
}

/** `din escrow sign-voucher`: what it prints is the file that `din escrow collect` reads. */
export async function signVoucher(options: SignVoucherOptions, io: CliIo): Promise<void> {
  const provider = addressOf(options.provider, '--provider');
  const named = options.gateway === undefined ? undefined : addressOf(options.gateway, '--gateway');
  const account = await loadAccount(options.keystore, io);
  const { contracts, output, token } = await openSession(options, io);
  const voucher = {
    gateway: named ?? account.address,
    provider,
    total: parseAmount(options.total, token),
  };
  const { chainId } = contracts;
  const signature = await sign({ chainId, escrow: requireEscrow(contracts) }, voucher, account);
  const signed = { ...voucher, signer: account.address, signature };
  output.result(signed, [toJson(signed)]);
}
