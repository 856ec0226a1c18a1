import type { BlockRef, ProviderSet } from '../registry/providerSet.ts';
import { type ChunkedList, listOf } from './chunkedList.ts';

/**
 * The newest sets, one for each step taken, so that steps on a branch that the chain leaves can be undone. Invariants:
 * - never empty; oldest first, block numbers strictly rising;
 * - each step's block descends from the one before it;
 * - the oldest step is final (where the chain does not tell: at least `depth` blocks below the newest), unless nothing
 *   older was ever known or a roll-back has used some of it up.
 */
export interface ReorgWindow {
  /** Chains whose blocks are final after hours have tens of thousands. */
  readonly steps: ChunkedList<ProviderSet>;
  /** Blocks that a reorg may undo. */
  readonly depth: bigint;
}

export function openWindow(set: ProviderSet, depth: number): ReorgWindow {
  return { steps: listOf(set), depth: BigInt(depth) };
}

export function newest({ steps }: ReorgWindow): ProviderSet {
  return stepAt(steps, steps.length - 1);
}

/** What no reorg goes below. */
export function oldest({ steps }: ReorgWindow): ProviderSet {
  return stepAt(steps, 0);
}

/**
 * One step on. `set` is built on the newest; steps that no reorg can reach any more are dropped: those below the last
 * final block, or, where the chain does not tell it, below the depth.
 */
export function extend({ steps, depth }: ReorgWindow, set: ProviderSet, final?: bigint): ReorgWindow {
  const all = steps.with(set);
  const base = indexUpTo(all, final ?? set.block.number - depth);
  return { steps: base > 0 ? all.slice(base, all.length) : all, depth };
}

/** All steps after `block` undone; undefined when no step stands at it. */
export function rollBack({ steps, depth }: ReorgWindow, block: BlockRef): ReorgWindow | undefined {
  const index = indexUpTo(steps, block.number);
  if (steps.at(index)?.block.hash !== block.hash) return undefined;
  return { steps: steps.slice(0, index + 1), depth };
}

/** Where the newest step up to block `number` stands; -1 when all are newer. */
export function indexUpTo(steps: ChunkedList<ProviderSet>, number: bigint): number {
  let below = -1;
  let above = steps.length;
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if (stepAt(steps, middle).block.number <= number) below = middle;
    else above = middle;
  }
  return below;
}

/** Whether `block` comes right after `parent`. */
export function links(parent: BlockRef, block: BlockRef): boolean {
  return block.number === parent.number + 1n && block.parentHash === parent.hash;
}

function stepAt(steps: ChunkedList<ProviderSet>, index: number): ProviderSet {
  const step = steps.at(index);
  if (step === undefined) throw new RangeError('a reorg window is never empty');
  return step;
}
