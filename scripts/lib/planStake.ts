import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { type PlannedCall, planned } from './perform.ts';
import { HIDDEN, planSpending } from './planSpending.ts';
import { ROLE } from './providerState.ts';
import type { SigningSession } from './session.ts';

/**
 * The calls that put `amount` of the caller's tokens into its own bond.
 * @throws `InsufficientBalanceError`
 */
export async function planStake(
  session: SigningSession,
  role: keyof typeof ROLE,
  amount: bigint,
): Promise<PlannedCall[]> {
  const { contracts, account } = session;
  const vault = { address: contracts.vault, abi: stakeVaultAbi } as const;
  const args = [ROLE[role], account.address, amount] as const;
  return await planSpending(session, {
    spender: contracts.vault,
    amount,
    plain: (options) => planned('StakeVault', { ...vault, functionName: 'stake', args }, options),
    withPermit({ deadline, v, r, s }) {
      const call = {
        ...vault,
        functionName: 'stakeWithPermit',
        args: [...args, deadline, v, r, s],
      } as const;
      return planned('StakeVault', call, { shownArgs: [...args, deadline, v, HIDDEN, HIDDEN] });
    },
  });
}
