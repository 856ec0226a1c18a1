import type { Context, Event } from 'ponder:registry';
import { contractChange } from 'ponder:schema';
import type { Address } from 'viem';
import { eventRow } from './eventRow.ts';

export type ContractKind = 'court' | 'escrow' | 'successor';

/** A registry or vault named another contract; `effectiveAt` is left out once it is in force. */
export async function recordContractChange(
  { db }: Context,
  event: Pick<Extract<Event, { log: unknown }>, 'block' | 'log'>,
  kind: ContractKind,
  address: Address,
  effectiveAt?: number,
): Promise<void> {
  await db.insert(contractChange).values({
    ...eventRow(event),
    contract: event.log.address,
    kind,
    step: effectiveAt === undefined ? 'changed' : 'proposed',
    address,
    effectiveAt: effectiveAt === undefined ? null : BigInt(effectiveAt),
  });
}
