import { DinError } from '../../core/dinError.ts';
import type { BlockRef } from '../../registry/providerSet.ts';
import { applyBlock } from '../../registry/reduce.ts';
import { ReorgTooDeepError } from '../catchUp.ts';
import type { AdvanceArgs, AdvanceResult } from '../eventFeed.ts';
import { extend, indexUpTo, links, newest, type ReorgWindow, rollBack } from '../reorgWindow.ts';
import type { IndexedBlock, IndexedEvent } from './indexerAnswers.ts';
import { MalformedAnswerError } from './indexerAnswers.ts';
import type { IndexerReader, IndexerView, PageEnd } from './indexerReader.ts';
import { standing } from './standing.ts';

// As when the chain itself is read: the newest blocks are steps of their own, so that a reorg undoes little.
const SINGLE_BLOCKS = 16n;
// A question of moderate length; the first nearly always finds the ancestor.
const STEPS_PER_LOOK = 100;

export interface IndexerCatchUpArgs extends AdvanceArgs {
  readonly reader: IndexerReader;
  /** Of the deployment, as it was when the window was opened. */
  readonly base: BlockRef;
  /**
   * Asked before a block is left that the indexer no longer holds to. False when the chain still does: then it is the
   * indexer that is on a wrong branch.
   */
  mayLeave(block: BlockRef): Promise<boolean>;
  /** Told the indexer's newest block as soon as it is known. */
  onHead(number: bigint): void;
}

/**
 * Brings a window to the indexer's newest block. Costs one request when nothing is new, three for a page of events.
 *
 * No torn reads: the block to stop at is known before the events are read, and afterwards one statement finds it, not
 * indexed anew, the block to begin from and the steps between them all there. All events up to a tip are there before
 * it, and a block goes before its events do, so the events are all and only those of one branch (see
 * router/indexer/ponder/schema/forRouters.ts).
 * @throws `ReorgTooDeepError`, {@link IndexerForkedError}, {@link CannotTellError}; the reader's errors as they are.
 */
export async function catchUpWithIndexer(args: IndexerCatchUpArgs): Promise<AdvanceResult> {
  const { window, reader, signal, onStep } = args;
  const tip = newest(window).block;
  const view = await reader.look([tip.number], signal);
  const head = view.head.ref;
  args.onHead(head.number);
  // Another chain, or this one begun anew: numbers alone must not make its blocks pass for ours.
  if (view.deployment.base.hash !== args.base.hash)
    throw new ReorgTooDeepError(args.base.number, head.number);
  if (head.hash === tip.hash) return 'current';
  if (standing(tip, view) === 'held') return await goForward(args, window, view.head);
  if (await isMerelyBehind(args, head)) return 'behind';
  const ancestor = await findAncestor(args, head);
  const back = rollBack(window, ancestor.block) ?? window;
  if (ancestor.branchLeft) {
    if (!(await args.mayLeave(tip))) throw new IndexerForkedError(tip);
    onStep({ window: back, events: 0, head: head.number });
    return await goForward(args, back, view.head);
  }
  // Nothing says that the newest steps are wrong, only that the indexer no longer knows them: they are built once
  // more, and shown from where they are newer than what is shown already.
  const showNewer: typeof onStep = (step) => {
    if (newest(step.window).block.number > tip.number) onStep(step);
  };
  return await goForward({ ...args, onStep: showNewer }, back, view.head);
}

/** An indexer that lags, or starts from nothing, does not say that we are wrong. */
async function isMerelyBehind(
  { window, reader, signal }: IndexerCatchUpArgs,
  head: BlockRef,
): Promise<boolean> {
  if (newest(window).block.number <= head.number) return false;
  const upToHead = window.steps.at(indexUpTo(window.steps, head.number))?.block;
  if (upToHead === undefined) return true;
  return standing(upToHead, await reader.look([upToHead.number], signal)) !== 'left';
}

interface Ancestor {
  readonly block: BlockRef;
  /** Whether the indexer holds other blocks in the place of newer steps. */
  readonly branchLeft: boolean;
}

/** The newest step that stands. */
async function findAncestor(
  { window, reader, signal }: IndexerCatchUpArgs,
  head: BlockRef,
): Promise<Ancestor> {
  const { steps } = window;
  const oldest = steps.at(0)?.block;
  let branchLeft = false;
  for (let end = indexUpTo(steps, head.number) + 1; end > 0; end -= STEPS_PER_LOOK) {
    const some = [...steps.slice(end - STEPS_PER_LOOK, end)].map(({ block }) => block).reverse();
    const view = await reader.look(
      some.map(({ number }) => number),
      signal,
    );
    for (const block of some) {
      const found = standing(block, view);
      if (found === 'held') return { block, branchLeft };
      branchLeft ||= found === 'left';
      if (block === oldest && found === 'unknown') throw new CannotTellError(block);
    }
  }
  throw new ReorgTooDeepError(oldest?.number ?? 0n, head.number);
}

async function goForward(
  { reader, signal, onStep }: IndexerCatchUpArgs,
  start: ReorgWindow,
  { ref: head, indexedAt }: IndexedBlock,
): Promise<AdvanceResult> {
  let window = start;
  const after = newest(window).block.number;
  let waiting: IndexedEvent[] = [];
  let cursor: PageEnd | undefined;
  do {
    const page = await reader.events({ after, to: head.number, cursor }, signal);
    cursor = page.next;
    waiting.push(...page.events);
    const from = newest(window).block;
    const numbers = cursor === undefined ? lastNumbers(from, head) : lastWholeBlock(waiting);
    // One block's events fill the page.
    if (numbers.length === 0) continue;
    const view = await reader.look([from.number, ...numbers, head.number], signal);
    const fromStands = standing(from, view) === 'held';
    const headNow = view.held.get(head.number);
    const headStands = headNow?.ref.hash === head.hash && headNow.indexedAt === indexedAt;
    if (!fromStands || !headStands) return 'moved';
    for (const block of stepsOf(view, from, numbers)) {
      const set = newest(window);
      const events = waiting.filter(({ blockNumber }) => blockNumber <= block.number);
      waiting = waiting.slice(events.length);
      const known = events.map(({ event }) => event).filter((event) => event !== undefined);
      window = extend(window, applyBlock(set, block, known));
      onStep({ window, events: known.length, head: head.number });
    }
  } while (cursor !== undefined);
  return 'current';
}

/** The numbers of the newest blocks, the head's last. */
function lastNumbers(from: BlockRef, head: BlockRef): bigint[] {
  const blocks = head.number - from.number;
  const single = blocks < SINGLE_BLOCKS ? blocks : SINGLE_BLOCKS;
  return Array.from({ length: Number(single) }, (_, index) => head.number - single + 1n + BigInt(index));
}

/** The last block whose events are certainly all there; none while there is but one block. */
function lastWholeBlock(events: readonly IndexedEvent[]): bigint[] {
  const newest = events.at(-1)?.blockNumber;
  const whole = events.findLast(({ blockNumber }) => blockNumber !== newest);
  return whole === undefined ? [] : [whole.blockNumber];
}

/** Those of the blocks that the indexer holds; the last of them it must. */
function stepsOf({ held }: IndexerView, from: BlockRef, numbers: readonly bigint[]): BlockRef[] {
  const blocks = numbers.map((number) => held.get(number)?.ref).filter((block) => block !== undefined);
  const linked = blocks.every((block, index) => {
    const before = blocks[index - 1] ?? from;
    return block.number !== before.number + 1n || links(before, block);
  });
  if (!linked || blocks.at(-1)?.number !== numbers.at(-1)) throw new MalformedAnswerError('held');
  return blocks;
}

/** The indexer follows a branch that the settlement chain has left. */
export class IndexerForkedError extends DinError {
  readonly code = 'INDEXER_FORKED';
  constructor({ number }: BlockRef) {
    super(`The indexer holds another block in place of block ${number} than the settlement chain.`);
  }
}

/** The indexer knows no step of the window any more: only the chain can say which of them stand. */
export class CannotTellError extends DinError {
  readonly code = 'INDEXER_CANNOT_TELL';
  constructor({ number }: BlockRef) {
    super(`The indexer no longer knows block ${number} or any newer one that was read, to go on from.`);
  }
}
