import type { Address } from 'viem';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { DinError } from '../../router/core/dinError.ts';
import { amountText, type TokenUnit } from './amount.ts';
import { requireNotPaused } from './pauseState.ts';
import { type PlannedCall, passed, planned } from './perform.ts';
import { type Bond, ROLE, withdrawable } from './providerState.ts';
import { chainTime, type SigningSession } from './session.ts';
import { dateText } from './time.ts';

/**
 * The call that pays out what has thawed of the caller's bond.
 * @throws {@link NothingThawingError}, {@link StillThawingError}, {@link StakeLockedError}, `PausedError`
 */
export async function planWithdraw(
  session: SigningSession,
  role: keyof typeof ROLE,
  bond: Bond,
  to: Address,
): Promise<PlannedCall> {
  if (session.check) {
    if (bond.thawing === 0n) throw new NothingThawingError();
    const now = await chainTime(session.client);
    if (now < bond.thawEnd) throw new StillThawingError(bond, session.token);
    if (withdrawable(bond) === 0n) throw new StakeLockedError(bond, session.token);
    await requireNotPaused(session, session.contracts.vault, now);
    passed(session, `${amountText(withdrawable(bond), session.token)} are due`);
  }
  return planned('StakeVault', {
    address: session.contracts.vault,
    abi: stakeVaultAbi,
    functionName: 'withdraw',
    args: [ROLE[role], to],
  });
}

export class NothingThawingError extends DinError {
  readonly code = 'NOTHING_THAWING';
  constructor() {
    super('Nothing thaws: stake must thaw before it can be withdrawn (`din provider thaw` or `exit`)');
  }
}

export class StillThawingError extends DinError {
  readonly code = 'STILL_THAWING';
  constructor(bond: Bond, unit: TokenUnit) {
    super(
      `${amountText(bond.thawing, unit)} thaw until ${dateText(bond.thawEnd)}; they stay slashable till then`,
    );
  }
}

export class StakeLockedError extends DinError {
  readonly code = 'STAKE_LOCKED';
  constructor(bond: Bond, unit: TokenUnit) {
    super(`All that thawed is locked by open cases (${amountText(bond.locked, unit)}): wait for their end`);
  }
}
