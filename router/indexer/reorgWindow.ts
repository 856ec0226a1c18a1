import type { BlockRef, ProviderSet } from '../registry/providerSet.ts';

/**
 * The newest sets, one for each step taken, so that steps on a branch that the chain leaves can be undone. Invariants:
 * - never empty; oldest first, block numbers strictly rising;
 * - each step's block descends from the one before it;
 * - the oldest step is at least `depth` blocks below the newest, unless nothing older was ever known or a roll-back
 *   has used some of it up.
 */
export interface ReorgWindow {
  readonly steps: readonly ProviderSet[];
  /** Blocks that a reorg may undo. */
  readonly depth: bigint;
}

export function openWindow(set: ProviderSet, depth: number): ReorgWindow {
  return { steps: [set], depth: BigInt(depth) };
}

export function newest(window: ReorgWindow): ProviderSet {
  const last = window.steps.at(-1);
  if (last === undefined) throw new RangeError('a reorg window is never empty');
  return last;
}

/** The step that no reorg undoes: what a checkpoint may keep. */
export function oldest(window: ReorgWindow): ProviderSet {
  const [first] = window.steps;
  if (first === undefined) throw new RangeError('a reorg window is never empty');
  return first;
}

/**
 * One step on. `set` is built on the newest; steps that no reorg can reach any more are dropped: those below the last
 * final block, or, where the chain does not tell it, below the depth.
 */
export function extend({ steps, depth }: ReorgWindow, set: ProviderSet, final?: bigint): ReorgWindow {
  const all = [...steps, set];
  const floor = final ?? set.block.number - depth;
  const base = all.findLastIndex((step) => step.block.number <= floor);
  return { steps: base > 0 ? all.slice(base) : all, depth };
}

/** All steps after `block` undone; undefined when no step stands at it. */
export function rollBack({ steps, depth }: ReorgWindow, block: BlockRef): ReorgWindow | undefined {
  const index = steps.findLastIndex((step) => step.block.hash === block.hash);
  return index === -1 ? undefined : { steps: steps.slice(0, index + 1), depth };
}

/** Whether `block` comes right after `parent`. */
export function links(parent: BlockRef, block: BlockRef): boolean {
  return block.number === parent.number + 1n && block.parentHash === parent.hash;
}
