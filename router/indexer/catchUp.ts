import { DinError } from '../core/dinError.ts';
import type { RegistryEvent } from '../registry/events.ts';
import type { BlockRef } from '../registry/providerSet.ts';
import { applyBlock } from '../registry/reduce.ts';
import type { ChainReader } from './chainReader.ts';
import { logRanges } from './logRanges.ts';
import { extend, links, newest, type ReorgWindow, rollBack } from './reorgWindow.ts';

// Blocks near the head are taken one by one: their logs are asked for by hash, so that no reorg can mix branches, and
// each is a step that can be undone. Older blocks are taken in ranges.
const SINGLE_BLOCKS = 16n;

/**
 * - `current`: the window stands at the chain's head
 * - `behind`: the endpoint's head is older than ours and on the same branch
 * - `moved`: the chain changed while it was read; look again
 */
export type CatchUpResult = 'current' | 'behind' | 'moved';

export interface CatchUpStep {
  readonly window: ReorgWindow;
  readonly events: number;
  readonly head: bigint;
}

export interface CatchUpOptions {
  readonly reader: ChainReader;
  readonly window: ReorgWindow;
  readonly maxRange: number;
  /** Called after each step, a rollback included, with the window to go on from. */
  onStep(step: CatchUpStep): void;
}

/**
 * Brings a window to the chain's head. Costs one request when nothing is new, two for one new block.
 * @throws {@link ReorgTooDeepError} when no step of the window is on the chain any more; endpoint errors as they are.
 */
export async function catchUp(options: CatchUpOptions): Promise<CatchUpResult> {
  const { reader, onStep } = options;
  const head = await reader.head();
  let window = options.window;
  const tip = newest(window).block;
  if (head.hash === tip.hash) return 'current';

  function step(next: ReorgWindow, events: number): void {
    window = next;
    onStep({ window, events, head: head.number });
  }

  if (!links(tip, head)) {
    const ancestor = await findAncestor(reader, window, head);
    if (ancestor === undefined) return 'behind';
    const rolledBack = rollBack(window, ancestor);
    if (rolledBack !== undefined && ancestor.hash !== tip.hash) step(rolledBack, 0);
  }

  const rangesEnd = head.number - SINGLE_BLOCKS;
  if (newest(window).block.number < rangesEnd) {
    const ranges = logRanges({
      from: newest(window).block.number + 1n,
      to: rangesEnd,
      maxRange: options.maxRange,
      fetch: (from, to) => readRange(reader, from, to),
    });
    for await (const { value } of ranges) {
      const { block } = newest(window);
      const base = await reader.blockAt(block.number);
      if (value === undefined || base?.hash !== block.hash) return 'moved';
      step(extend(window, applyBlock(newest(window), value.last, value.events)), value.events.length);
    }
  }

  while (newest(window).block.number < head.number) {
    const set = newest(window);
    const number = set.block.number + 1n;
    const block = number === head.number ? head : await reader.blockAt(number);
    if (block === undefined || !links(set.block, block)) return 'moved';
    const events = await reader.eventsOf(block.hash);
    step(extend(window, applyBlock(set, block, events)), events.length);
  }
  return 'current';
}

interface RangeRead {
  readonly last: BlockRef;
  readonly events: readonly RegistryEvent[];
}

/** Undefined when the chain changed meanwhile: the same last block before and after means one branch in between. */
async function readRange(reader: ChainReader, from: bigint, to: bigint): Promise<RangeRead | undefined> {
  const before = await reader.blockAt(to);
  const events = await reader.eventsBetween(from, to);
  const last = await reader.blockAt(to);
  if (events === undefined || last === undefined || last.hash !== before?.hash) return undefined;
  return { last, events };
}

/**
 * The newest step that the chain still holds to; undefined when the head is merely older than ours.
 * @throws {@link ReorgTooDeepError}
 */
async function findAncestor(
  reader: ChainReader,
  { steps }: ReorgWindow,
  head: BlockRef,
): Promise<BlockRef | undefined> {
  const { block: tip } = newest({ steps, depth: 0n });
  if (head.number < tip.number) {
    const atHead = steps.findLast((step) => step.block.number <= head.number)?.block;
    // A lagging endpoint looks like this, and so does one that starts from nothing: neither says that we are wrong.
    if (atHead === undefined || atHead.number < head.number || atHead.hash === head.hash) return undefined;
  }
  for (const { block } of steps.toReversed()) {
    if (block.number > head.number) continue;
    const canonical = block.number === head.number ? head : await reader.blockAt(block.number);
    if (canonical?.hash === block.hash) return block;
  }
  throw new ReorgTooDeepError(steps[0]?.block.number ?? 0n, head.number);
}

/** The chain left the branch of every step that is kept. The set must be built anew. */
export class ReorgTooDeepError extends DinError {
  readonly code = 'REORG_TOO_DEEP';
  constructor(oldest: bigint, head: bigint) {
    super(
      `The settlement chain (head ${head}) no longer holds block ${oldest}, the oldest that could be undone.`,
    );
  }
}
