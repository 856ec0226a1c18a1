import { type Context, ponder } from 'ponder:registry';
import { bond, slashing, stakeChange } from 'ponder:schema';
import type { Address } from 'viem';
import { toRegistryEvent, type VaultLogEvent } from '../../toRegistryEvent.ts';
import { type BondChange, bondChange } from '../lib/bondChange.ts';
import { registriesOfVault } from '../lib/contracts.ts';
import { type EventRow, eventRow } from '../lib/eventRow.ts';
import { recordEvent } from '../lib/recordEvent.ts';

const BOND_EVENTS = [
  'Staked',
  'ThawStarted',
  'ThawCancelled',
  'Withdrawn',
  'Locked',
  'Released',
  'Slashed',
  'Rewarded',
] as const satisfies readonly VaultLogEvent['eventName'][];

for (const eventName of BOND_EVENTS) {
  ponder.on(`Vault:${eventName}`, async ({ event, context }) => {
    const { args, block, log } = event;
    // Ponder has decoded by the same ABI; that the name and its arguments belong together gets lost in the loop.
    const said = { eventName, args } as VaultLogEvent;
    const change = bondChange(said);
    if (change !== undefined) await recordChange(context, log.address, eventRow(event), change);
    if (said.eventName === 'Slashed' && change !== undefined) {
      const { role, account, amount } = change;
      const { reporter, reporterAmount } = said.args;
      const slashed = { vault: log.address, role, account, amount, reporter, reporterAmount };
      await context.db.insert(slashing).values({ ...eventRow(event), ...slashed });
    }
    const registryEvent = toRegistryEvent({ blockNumber: block.number, logIndex: log.logIndex }, said);
    if (registryEvent === undefined) return;
    for (const registry of registriesOfVault(log.address)) {
      await recordEvent(registry, registryEvent, context, event);
    }
  });
}

async function recordChange(
  { db }: Context,
  vault: Address,
  row: EventRow,
  { cause, role, account, amount, ...values }: BondChange,
): Promise<void> {
  const key = { vault, role, account };
  const before = (await db.find(bond, key)) ?? { ...key, tokens: 0n, thawing: 0n, locked: 0n, thawEnd: null };
  const after = { ...before, ...values };
  await db.insert(bond).values(after).onConflictDoUpdate(after);
  const { tokens, thawing, locked } = after;
  await db.insert(stakeChange).values({ ...row, ...key, cause, amount, tokens, thawing, locked });
}
