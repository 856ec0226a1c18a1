import type { Event } from 'ponder:registry';

const BLOCK_DIGITS = 16;
const LOG_DIGITS = 8;

/** A log's row. */
export interface EventRow {
  /** Sorts as text in the chain's order. */
  readonly id: string;
  readonly blockNumber: bigint;
  readonly timestamp: bigint;
}

type LogEvent = Extract<Event, { log: unknown }>;

export function eventRow({ block, log }: Pick<LogEvent, 'block' | 'log'>): EventRow {
  const { number: blockNumber, timestamp } = block;
  return { id: eventId(blockNumber, log.logIndex), blockNumber, timestamp };
}

function eventId(blockNumber: bigint, logIndex: number): string {
  return `${String(blockNumber).padStart(BLOCK_DIGITS, '0')}-${String(logIndex).padStart(LOG_DIGITS, '0')}`;
}
