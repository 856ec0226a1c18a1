import { type Ms, ms } from '../core/units.ts';
import type { BackfillProgress } from '../registry/providerSource.ts';

/** Where a long reading began, to tell its speed by. */
export interface BackfillStart {
  readonly block: bigint;
  readonly at: Ms;
}

export interface BackfillState {
  /** The block before the first that can hold an event. */
  readonly fromBlock: bigint;
  readonly start: BackfillStart;
  readonly block: bigint;
  readonly head: bigint;
  readonly events: number;
  readonly now: Ms;
}

/** How far a reading is, and how long it will take if it goes on as it went. Pure. */
export function backfillProgress(state: BackfillState): BackfillProgress {
  const { fromBlock, start, block, head, events } = state;
  const total = head - fromBlock;
  const read = Number(block - start.block);
  const elapsedMs = state.now - start.at;
  return {
    ...{ fromBlock, block, head, events },
    // In ten-thousandths: a bigint has no fractions.
    percent: total > 0n ? Math.min(Number(((block - fromBlock) * 10_000n) / total) / 100, 100) : 100,
    remainingMs: read > 0 && elapsedMs > 0 ? ms((Number(head - block) * elapsedMs) / read) : undefined,
  };
}
