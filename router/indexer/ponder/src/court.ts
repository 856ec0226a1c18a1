import { type Context, type Event, ponder } from 'ponder:registry';
import { caseChange, slashingCase } from 'ponder:schema';
import type { Hex } from 'viem';
import type { CaseState } from '../../../chain/caseState.ts';
import { networkIdOf } from '../../../chain/commitment.ts';
import { registryOfCourt } from '../lib/contracts.ts';
import { eventRow } from '../lib/eventRow.ts';
import { offenceName } from '../lib/offenceName.ts';

type LogEvent = Pick<Extract<Event, { log: unknown }>, 'block' | 'log'>;
type NewCase = Omit<
  typeof slashingCase.$inferInsert,
  'court' | 'registry' | 'openedAt' | 'changedAt' | 'state'
>;

ponder.on('Court:CaseOpened', async ({ event, context }) => {
  const { caseId: id, executableAt, offence, jailSeconds: _, ...args } = event.args;
  const deadline = BigInt(executableAt);
  await open(context, event, 'opened', {
    ...{ id, ...args, offence: offenceName(offence), executableAt: deadline },
  });
});

ponder.on('Court:EquivocationProven', async ({ event, context }) => {
  const { caseId: id, provider, network, height, reporter: opener, amount } = event.args;
  const executableAt = event.block.timestamp;
  await open(context, event, 'proven', {
    ...{ id, provider, network, height, opener, amount, offence: 'equivocation', executableAt },
  });
});

ponder.on('Court:BlockHashDisproven', async ({ event, context }) => {
  const { caseId: id, provider, height, reporter: opener, amount } = event.args;
  // Only of the chain that the court itself stands on.
  const network = networkIdOf(`eip155:${context.chain.id}`);
  const executableAt = event.block.timestamp;
  await open(context, event, 'proven', {
    ...{ id, provider, network, height, opener, amount, offence: 'equivocation', executableAt },
  });
});

ponder.on('Court:CaseAppealed', async ({ event, context }) => {
  const { caseId, bond: appealBond } = event.args;
  const executableAt = BigInt(event.args.executableAt);
  await change(context, event, caseId, { state: 'appealed', appealBond, executableAt });
  await record(context, event, caseId, 'appealed', appealBond, executableAt);
});

ponder.on('Court:AppealRejected', async ({ event, context }) => {
  // Its execution follows as an event of its own.
  await record(context, event, event.args.caseId, 'appealRejected', event.args.bond);
});

ponder.on('Court:CaseOverturned', async ({ event, context }) => {
  await change(context, event, event.args.caseId, { state: 'overturned' });
  await record(context, event, event.args.caseId, 'overturned', event.args.amount);
});

ponder.on('Court:CaseVetoed', async ({ event, context }) => {
  await change(context, event, event.args.caseId, { state: 'vetoed' });
  await record(context, event, event.args.caseId, 'vetoed', event.args.amount);
});

ponder.on('Court:CaseExecuted', async ({ event, context }) => {
  const { caseId, amount, jailedUntil } = event.args;
  await change(context, event, caseId, { state: 'executed', jailedUntil: BigInt(jailedUntil) });
  await record(context, event, caseId, 'executed', amount);
});

ponder.on('Court:WatcherCharged', async ({ event, context }) => {
  await record(context, event, event.args.caseId, 'watcherCharged', event.args.amount);
});

async function open(
  context: Context,
  event: LogEvent,
  how: 'opened' | 'proven',
  values: NewCase,
): Promise<void> {
  const court = event.log.address;
  const at = event.block.timestamp;
  const of = { court, registry: registryOfCourt(court), state: 'open' satisfies CaseState };
  await context.db
    .insert(slashingCase)
    .values({ ...values, ...of, openedAt: at, changedAt: at })
    .onConflictDoNothing();
  await record(context, event, values.id, how, values.amount, values.executableAt);
}

async function change(
  { db }: Context,
  { block }: LogEvent,
  id: Hex,
  values: Partial<typeof slashingCase.$inferInsert> & { readonly state: CaseState },
): Promise<void> {
  // What a court says is believed, but an odd word of it must not end the indexer.
  if ((await db.find(slashingCase, { id })) === null) return;
  await db.update(slashingCase, { id }).set({ ...values, changedAt: block.timestamp });
}

async function record(
  { db }: Context,
  event: LogEvent,
  caseId: Hex,
  how: string,
  amount: bigint,
  deadline: bigint | null = null,
): Promise<void> {
  await db.insert(caseChange).values({ ...eventRow(event), caseId, change: how, amount, deadline });
}
