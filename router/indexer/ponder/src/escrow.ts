import { type Context, type Event, ponder } from 'ponder:registry';
import { escrowAccount, escrowChange, escrowSigner, payment, paymentTotal } from 'ponder:schema';
import type { Address } from 'viem';
import { eventRow } from '../lib/eventRow.ts';

type LogEvent = Pick<Extract<Event, { log: unknown }>, 'block' | 'log'>;

ponder.on('Escrow:Deposited', async ({ event, context }) => {
  const { gateway, amount, balance } = event.args;
  await change(context, event, gateway, 'deposited', amount, { balance });
});

ponder.on('Escrow:ThawStarted', async ({ event, context }) => {
  const { gateway, amount, thawing, thawEnd } = event.args;
  await change(context, event, gateway, 'thawStarted', amount, { thawing, thawEnd: BigInt(thawEnd) });
});

ponder.on('Escrow:ThawCancelled', async ({ event, context }) => {
  const { gateway, amount } = event.args;
  await change(context, event, gateway, 'thawCancelled', amount, { thawing: 0n, thawEnd: null });
});

ponder.on('Escrow:Withdrawn', async ({ event, context }) => {
  const { gateway, amount, balance, thawing } = event.args;
  await change(context, event, gateway, 'withdrawn', amount, { balance, thawing, ...ended(thawing) });
});

ponder.on('Escrow:Collected', async ({ event, context }) => {
  const { gateway, provider, collector, amount, fee, collected, balance, thawing } = event.args;
  const escrow = event.log.address;
  await change(context, event, gateway, 'collected', amount, { balance, thawing, ...ended(thawing) });
  await context.db
    .insert(payment)
    .values({ ...eventRow(event), escrow, gateway, provider, collector, amount, fee });
  await context.db
    .insert(paymentTotal)
    .values({ escrow, gateway, provider, collected, fees: fee, payments: 1 })
    .onConflictDoUpdate((row) => ({ collected, fees: row.fees + fee, payments: row.payments + 1 }));
});

ponder.on('Escrow:SignerAuthorized', async ({ event, context: { db } }) => {
  const row = { status: 'authorized', revocableAt: null };
  await db
    .insert(escrowSigner)
    .values({ escrow: event.log.address, ...event.args, ...row })
    .onConflictDoUpdate(row);
});

ponder.on('Escrow:SignerThawStarted', async ({ event, context: { db } }) => {
  const { gateway, signer, revocableAt } = event.args;
  const row = { status: 'thawing', revocableAt: BigInt(revocableAt) };
  await db
    .insert(escrowSigner)
    .values({ escrow: event.log.address, gateway, signer, ...row })
    .onConflictDoUpdate(row);
});

ponder.on('Escrow:SignerRevoked', async ({ event, context: { db } }) => {
  const row = { status: 'revoked', revocableAt: null };
  await db
    .insert(escrowSigner)
    .values({ escrow: event.log.address, ...event.args, ...row })
    .onConflictDoUpdate(row);
});

async function change(
  { db }: Context,
  event: LogEvent,
  gateway: Address,
  cause: string,
  amount: bigint,
  values: Partial<typeof escrowAccount.$inferInsert>,
): Promise<void> {
  const key = { escrow: event.log.address, gateway };
  const before = (await db.find(escrowAccount, key)) ?? { ...key, balance: 0n, thawing: 0n, thawEnd: null };
  const after = { ...before, ...values };
  await db.insert(escrowAccount).values(after).onConflictDoUpdate(after);
  const { balance, thawing } = after;
  await db.insert(escrowChange).values({ ...eventRow(event), ...key, cause, amount, balance, thawing });
}

function ended(thawing: bigint) {
  return thawing === 0n ? { thawEnd: null } : {};
}
