import type { Random } from '../../core/clock.ts';
import type { Sla } from '../../registry/providerSet.ts';

/** Full nodes keep the state of 128 blocks. With what a head's news takes it is safe to ask for that of so many. */
export const KEPT_BLOCKS = 120;

/** Of a block that is chosen to be asked about for a while. */
export const NEAR_BLOCKS = 96;

/** Blocks below which not even a chain that calls its head final is asked about. */
const MIN_DEPTH = 8;

// Which of the final blocks is asked about is nobody's to foresee.
const SPREAD = 4;

/**
 * The block whose header is to be agreed: final, and so deep that a service that may lag behind, as far as the SLA
 * allows, has it. Undefined while the chain is too short. Never the first block: to its state some nodes do not commit.
 */
export function anchorHeight(
  head: number,
  final: number,
  { maxP95BlockLag }: Pick<Sla, 'maxP95BlockLag'>,
  random: Random,
): number | undefined {
  const depth = Math.max(MIN_DEPTH, 2 * maxP95BlockLag);
  const height = Math.min(final, head - depth) - Math.floor(random() * SPREAD);
  return height > 0 ? height : undefined;
}
