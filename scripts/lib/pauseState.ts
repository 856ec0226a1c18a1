import type { Address } from 'viem';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { DinError } from '../../router/core/dinError.ts';
import type { Session } from './session.ts';
import { dateText } from './time.ts';

/** Vault and escrow are paused alike (`IGuardianPause`). */
export const pauseAbi = stakeVaultAbi;

/** Unix seconds until which nothing leaves the contract; undefined when it is not paused at `now`. */
export async function readPause(
  { client }: Pick<Session, 'client'>,
  contract: Address,
  now: number,
): Promise<number | undefined> {
  const until = await client.readContract({
    address: contract,
    abi: pauseAbi,
    functionName: 'pausedUntil',
  });
  return until > now ? until : undefined;
}

/** @throws {@link PausedError} */
export async function requireNotPaused(
  session: Pick<Session, 'client'>,
  contract: Address,
  now: number,
): Promise<void> {
  const until = await readPause(session, contract, now);
  if (until !== undefined) throw new PausedError(until);
}

export class PausedError extends DinError {
  readonly code = 'PAUSED';
  constructor(until: number) {
    super(`The guardian has paused all that leaves this contract until ${dateText(until)}: try again then`);
  }
}
