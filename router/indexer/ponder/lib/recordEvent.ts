import type { Context, Event } from 'ponder:registry';
import { block, registryEvent } from 'ponder:schema';
import type { Address } from 'viem';
import type { RegistryEvent } from '../../../registry/events.ts';
import { encodeEvent } from '../../graphql/eventJson.ts';
import { applyToPresent } from './applyToPresent.ts';
import { eventRow } from './eventRow.ts';

type LogEvent = Extract<Event, { log: unknown }>;

/** What bears on a registry's provider set: the row that routers read, the row of its block, and people's tables. */
export async function recordEvent(
  registry: Address,
  said: RegistryEvent,
  { db }: Context,
  event: Pick<LogEvent, 'block' | 'log'>,
): Promise<void> {
  const { id, blockNumber } = eventRow(event);
  await db
    .insert(registryEvent)
    .values({ id, registry, blockNumber, type: said.type, data: encodeEvent(said) });
  const { number, hash, parentHash, timestamp } = event.block;
  const indexedAt = BigInt(Date.now());
  await db
    .insert(block)
    .values({ number, hash, parentHash, timestamp, events: 1, indexedAt })
    .onConflictDoUpdate((row) => ({ events: row.events + 1 }));
  await applyToPresent(registry, said, db);
}
