import type { BlockRef } from '../registry/providerSet.ts';
import { applyBlock } from '../registry/reduce.ts';
import type { ChainReader } from './chainReader.ts';
import { type AdvanceArgs, type AdvanceResult, BuildAnewError } from './eventFeed.ts';
import type { Finality } from './finality.ts';
import { lastHeld } from './lastHeld.ts';
import { logRanges } from './logRanges.ts';
import { readRange } from './rangeRead.ts';
import { extend, indexUpTo, links, newest, oldest, type ReorgWindow, rollBack } from './reorgWindow.ts';

// Blocks near the head are taken one by one: their logs are asked for by hash, so that no reorg can mix branches, and
// each is a step that can be undone. Older blocks are taken in ranges.
const SINGLE_BLOCKS = 16n;

export interface CatchUpOptions extends AdvanceArgs {
  readonly reader: ChainReader;
  /** Most blocks asked for at once. */
  readonly maxRange: number;
  /** Most questions at once. */
  readonly concurrency: number;
  readonly finality: Finality;
}

/**
 * Brings a window to the chain's head. Costs one request when nothing is new, else two for each new block near the
 * head, and one more when it is time to ask what is final.
 * @throws {@link ReorgTooDeepError} when no step of the window is on the chain any more; endpoint errors as they are.
 */
export async function catchUp(options: CatchUpOptions): Promise<AdvanceResult> {
  const { reader, maxRange, concurrency, signal, onStep } = options;
  const head = await reader.head();
  let window = options.window;
  const tip = newest(window).block;
  if (head.hash === tip.hash) return 'current';

  function step(next: ReorgWindow, events: number): void {
    window = next;
    onStep({ window, events, head: head.number });
  }

  // Where the next block links to the tip, nobody need be asked whether the tip still stands.
  const distance = head.number - tip.number;
  const isNear = distance > 1n && distance <= SINGLE_BLOCKS;
  const second = isNear ? await reader.blockAt(tip.number + 1n) : undefined;
  if (!links(tip, second ?? head)) {
    const ancestor = await findAncestor(reader, window, head);
    if (ancestor === undefined) return 'behind';
    const rolledBack = rollBack(window, ancestor);
    if (rolledBack !== undefined && ancestor.hash !== tip.hash) step(rolledBack, 0);
  }

  const final = await options.finality.asOf(reader);
  const rangesEnd = head.number - SINGLE_BLOCKS;
  // A step right at the final block is one that a checkpoint can keep.
  const stretches = final !== undefined && final < rangesEnd ? [final, rangesEnd] : [rangesEnd];
  for (const to of stretches) {
    const ranges = logRanges({
      ...{ from: newest(window).block.number + 1n, to, maxRange, concurrency, signal },
      fetch: (first, last) => readRange(reader, first, last),
    });
    for await (const { value } of ranges) {
      if (value === undefined || !links(newest(window).block, value.first)) return 'moved';
      const set = applyBlock(newest(window), value.last, value.events);
      step(extend(window, set, final), value.events.length);
    }
  }

  while (newest(window).block.number < head.number) {
    const set = newest(window);
    const number = set.block.number + 1n;
    const known = [head, second].find((block) => block?.number === number);
    const block = known ?? (await reader.blockAt(number));
    if (block === undefined || !links(set.block, block)) return 'moved';
    const events = await reader.eventsOf(block.hash);
    step(extend(window, applyBlock(set, block, events), final), events.length);
  }
  return 'current';
}

/**
 * The newest step that the chain still holds to; undefined when the head is merely older than ours.
 * @throws {@link ReorgTooDeepError}
 */
async function findAncestor(
  reader: ChainReader,
  window: ReorgWindow,
  head: BlockRef,
): Promise<BlockRef | undefined> {
  const { steps } = window;
  const isHeld = async (block: BlockRef) => {
    const canonical = block.number === head.number ? head : await reader.blockAt(block.number);
    return canonical?.hash === block.hash;
  };
  const last = indexUpTo(steps, head.number);
  const upToHead = steps.at(last)?.block;
  // A lagging endpoint looks like this, and so does one that starts from nothing: neither says that we are wrong.
  if (upToHead === undefined) return undefined;
  if (last < steps.length - 1 && (await isHeld(upToHead))) return undefined;
  const held = await lastHeld(last + 1, async (index) => {
    const step = steps.at(index);
    return step !== undefined && (await isHeld(step.block));
  });
  if (held === -1) throw new ReorgTooDeepError(oldest(window).block.number, head.number);
  return steps.at(held)?.block;
}

/** The chain left the branch of every step that is kept. */
export class ReorgTooDeepError extends BuildAnewError {
  readonly code = 'REORG_TOO_DEEP';
  readonly event = 'settlement_reorg_too_deep';
  readonly flaw = 'a reorg went deeper than its block';
  constructor(oldest: bigint, head: bigint) {
    super(
      `The settlement chain (head ${head}) no longer holds block ${oldest}, the oldest that could be undone.`,
    );
  }
}
