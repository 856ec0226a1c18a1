import type { EventPlace } from '../../../registry/events.ts';

const BLOCK_DIGITS = 16;
const LOG_DIGITS = 8;

/** Sorts as text in the chain's order. */
export function eventId({ blockNumber, logIndex }: EventPlace): string {
  return `${String(blockNumber).padStart(BLOCK_DIGITS, '0')}-${String(logIndex).padStart(LOG_DIGITS, '0')}`;
}
