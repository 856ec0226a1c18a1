import type { Address } from 'viem';
import { paymentEscrowAbi } from '../../router/chain/abi/paymentEscrow.ts';
import type { RegistryContracts } from '../../router/chain/contracts.ts';
import { DinError } from '../../router/core/dinError.ts';
import type { Session } from './session.ts';

/** A gateway's prepaid balance, in the token's smallest unit. */
export interface EscrowAccount {
  /** All that is left, thawing included. */
  readonly balance: bigint;
  readonly thawing: bigint;
  /** Unix seconds; 0 when nothing thaws. */
  readonly thawEnd: number;
}

/** @throws {@link NoEscrowError} */
export function requireEscrow({ escrow, registry }: RegistryContracts): Address {
  if (escrow === undefined) throw new NoEscrowError(registry);
  return escrow;
}

/** @throws {@link NoEscrowError} */
export async function readEscrowAccount(
  { client, contracts }: Session,
  gateway: Address,
): Promise<EscrowAccount> {
  return await client.readContract({
    address: requireEscrow(contracts),
    abi: paymentEscrowAbi,
    functionName: 'accountOf',
    args: [gateway],
  });
}

export class NoEscrowError extends DinError {
  readonly code = 'NO_ESCROW';
  constructor(registry: Address) {
    super(`The registry ${registry} names no payment escrow yet`);
  }
}
