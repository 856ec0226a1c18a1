import { stakeVaultAbi } from '../../../router/chain/abi/stakeVault.ts';
import { DinError } from '../../../router/core/dinError.ts';
import { amountText, formatAmount, parseAmount, type TokenUnit } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { activeStake, type Bond, ROLE, readBond, readProvider, thawable } from '../../lib/providerState.ts';
import { openSigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';
import { UsageError } from '../../lib/usageError.ts';

export interface ThawOptions extends SigningOptions {
  readonly amount?: string;
  readonly all?: boolean;
}

/** `din provider thaw` */
export async function thaw(options: ThawOptions, io: CliIo): Promise<void> {
  if (options.amount === undefined && options.all !== true)
    throw new UsageError('How much? Give --amount <tokens> or --all');
  const session = await openSigningSession(options, io);
  const { account, contracts, token } = session;
  const provider = await readProvider(session, account.address);
  const free = thawable(provider.bond);
  const amount = options.amount === undefined ? free : parseAmount(options.amount, token);
  if (session.check) {
    if (amount === 0n || amount > free) throw new NotThawableError(provider.bond, amount, token);
    passed(session, `${amountText(free, token)} are neither thawing nor locked`);
  }
  const left = activeStake(provider.bond) - amount;
  if (left < provider.requiredStake) {
    session.output.progress(
      `warning: ${amountText(left, token)} remain, the services need ${amountText(provider.requiredStake, token)}: none of them is active any more`,
    );
  }
  if (provider.bond.thawing > 0n)
    session.output.progress('warning: the time of what thaws already begins anew');
  const transactions = await perform(session, [
    planned('StakeVault', {
      address: contracts.vault,
      abi: stakeVaultAbi,
      functionName: 'thaw',
      args: [ROLE.provider, amount],
    }),
  ]);
  const bond = await readBond(session, 'provider', account.address);
  report(
    session,
    transactions,
    { provider: account.address, amount: formatAmount(amount, token), thawEnd: bond.thawEnd },
    [`${amountText(amount, token)} thaw; \`din provider withdraw\` pays out from ${dateText(bond.thawEnd)}`],
  );
}

/** More than is free is to thaw. */
export class NotThawableError extends DinError {
  readonly code = 'NOT_THAWABLE';
  constructor(bond: Bond, amount: bigint, unit: TokenUnit) {
    super(
      `${amountText(amount, unit)} cannot thaw: of ${amountText(bond.tokens, unit)}, ${amountText(bond.thawing, unit)} thaw already and ${amountText(bond.locked, unit)} are locked by open cases`,
    );
  }
}
