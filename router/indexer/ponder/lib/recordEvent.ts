import type { Context, Event } from 'ponder:registry';
import { block, registryEvent } from 'ponder:schema';
import type { RegistryEvent } from '../../../registry/events.ts';
import { encodeEvent } from '../../graphql/eventJson.ts';
import { eventId } from './eventId.ts';

/** The fold's event for routers, and the row of its block. */
export async function recordEvent(
  registry: `0x${string}`,
  event: RegistryEvent,
  { db }: Context,
  { number, hash, parentHash, timestamp }: Event['block'],
): Promise<void> {
  await db.insert(registryEvent).values({
    id: eventId(event),
    registry,
    blockNumber: event.blockNumber,
    type: event.type,
    data: encodeEvent(event),
  });
  const indexedAt = BigInt(Date.now());
  await db
    .insert(block)
    .values({ number, hash, parentHash, timestamp, events: 1, live: false, indexedAt })
    .onConflictDoUpdate((row) => ({ events: row.events + 1 }));
}
