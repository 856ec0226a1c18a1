import { type Context, ponder } from 'ponder:registry';
import { attestation, commitment, measurement, quorum, reveal, rewardClaim, watcher } from 'ponder:schema';
import type { Address, Hex } from 'viem';
import { type Measurement, unpackMeasurements } from '../../../chain/commitment.ts';
import { registryOfHub } from '../lib/contracts.ts';
import { eventRow } from '../lib/eventRow.ts';
import { offenceName } from '../lib/offenceName.ts';

ponder.on('Hub:WatcherAdmitted', async ({ event, context: { db } }) => {
  await changeWatcher(db, event.log.address, event.args.watcher, { admitted: true });
});

ponder.on('Hub:WatcherExpelled', async ({ event, context: { db } }) => {
  await changeWatcher(db, event.log.address, event.args.watcher, { admitted: false });
});

ponder.on('Hub:WatcherJoined', async ({ event, context: { db } }) => {
  await changeWatcher(db, event.log.address, event.args.watcher, { joined: true });
});

ponder.on('Hub:WatcherLeft', async ({ event, context: { db } }) => {
  await changeWatcher(db, event.log.address, event.args.watcher, { joined: false });
});

ponder.on('Hub:WatcherWeightSet', async ({ event, context: { db } }) => {
  const { watcher: id, weight, fromEpoch } = event.args;
  await changeWatcher(db, event.log.address, id, { weight, weightFromEpoch: fromEpoch });
});

ponder.on('Hub:Committed', async ({ event, context: { db } }) => {
  await db.insert(commitment).values({ ...eventRow(event), hub: event.log.address, ...event.args });
});

ponder.on('Hub:Revealed', async ({ event, context: { db } }) => {
  const { watcher: by, epoch, chunk, chunks, measurements } = event.args;
  const hub = event.log.address;
  const records = unpack(measurements);
  await db
    .insert(reveal)
    .values({ ...eventRow(event), hub, epoch, watcher: by, chunk, chunks, records: records.length });
  if (records.length === 0) return;
  const of = { hub, registry: registryOfHub(hub), epoch, watcher: by };
  // A watcher may write down anything, one service twice too: the first counts.
  await db
    .insert(measurement)
    .values(records.map(({ serviceId, ...figures }) => ({ ...of, serviceId: BigInt(serviceId), ...figures })))
    .onConflictDoNothing();
});

ponder.on('Hub:BreachAttested', async ({ event, context: { db } }) => {
  const { offence, ...args } = event.args;
  const row = { hub: event.log.address, ...args, offence: offenceName(offence) };
  await db.insert(attestation).values({ ...eventRow(event), ...row });
});

ponder.on('Hub:QuorumReached', async ({ event, context: { db } }) => {
  const { epoch, breaches, digest } = event.args;
  const row = { hub: event.log.address, epoch, breaches: BigInt(breaches), digest };
  await db.insert(quorum).values({ ...eventRow(event), ...row });
});

ponder.on('Hub:RewardClaimed', async ({ event, context: { db } }) => {
  await db.insert(rewardClaim).values({ ...eventRow(event), hub: event.log.address, ...event.args });
});

/** The hub lets only whole records through; another version of it must not end the indexer. */
function unpack(measurements: Hex): Measurement[] {
  try {
    return unpackMeasurements(measurements);
  } catch {
    return [];
  }
}

async function changeWatcher(
  db: Context['db'],
  hub: Address,
  id: Address,
  values: Partial<typeof watcher.$inferInsert>,
): Promise<void> {
  const unknown = { hub, id, admitted: false, joined: false, weight: 0n, weightFromEpoch: 0n };
  await db
    .insert(watcher)
    .values({ ...unknown, ...values })
    .onConflictDoUpdate(values);
}
