import { askPart, type PartFailure, type PartOutcome } from './askPart.ts';
import { type BlockSpan, blocksIn, cutSpan, putBack, takePart } from './blockSpan.ts';
import { answeredFrom, type PartLogs } from './joinLogs.ts';
import type { LogQuery } from './logQuery.ts';
import type { LogRun } from './logRun.ts';

export interface SplitBounds {
  /** Parts asked for, those in vain included. */
  readonly maxParts: number;
  /** Parts at once. */
  readonly concurrency: number;
  /** Of all parts' logs together. */
  readonly maxBytes: number;
}

/** The most blocks that a service is believed to answer at once. */
export interface SplitLimit {
  /** As of now; undefined while it is not known. */
  blocks(): number | undefined;
  /** A part was refused: it may be another one now. */
  renew(): void;
}

export interface SplitArgs {
  readonly run: LogRun;
  readonly query: LogQuery;
  readonly span: BlockSpan;
  readonly bounds: SplitBounds;
  readonly limit: SplitLimit;
  /** The whole was asked for in vain; so much of it is advised, if anything is. */
  readonly refused: { readonly suggestedEnd: number | undefined } | undefined;
}

export type SplitOutcome =
  | { readonly kind: 'answered'; readonly parts: readonly PartLogs[] }
  /** How far the blocks were answered, from the first on. */
  | { readonly kind: 'too-many-parts' | 'too-many-bytes'; readonly answered: BlockSpan | undefined }
  | (Omit<PartFailure, 'error'> & { readonly kind: 'too-late'; readonly answered: BlockSpan | undefined })
  | Extract<PartOutcome, { kind: 'failed' | 'too-large' }>;

// Less time than that is no time for another try.
const LEAST_TIME_MS = 20;

/**
 * Asks for the logs of a span in parts, several at once, in the order of their blocks. One that is refused as too large
 * is cut smaller, alone, down to a single block; one that fails for good ends it all. As long as it is not known what
 * the services take, one part at a time finds it out.
 */
export async function splitRun(args: SplitArgs): Promise<SplitOutcome> {
  const { run, query, span, bounds, limit } = args;
  const running = new Map<BlockSpan, Promise<PartOutcome>>();
  const parts: PartLogs[] = [];
  let asked = 0;
  let bytes = 0;
  let mostBlocks = limit.blocks();
  let isSure = mostBlocks !== undefined;
  let gaps = args.refused ? smaller(span, mostBlocks, args.refused.suggestedEnd) : [span];

  for (;;) {
    while (running.size < (isSure ? bounds.concurrency : 1)) {
      // While nobody can be asked nothing is known: then it is as before.
      mostBlocks = limit.blocks() ?? mostBlocks;
      const taken = takePart(gaps, mostBlocks ?? blocksIn(span));
      if (taken === undefined) break;
      if (asked === bounds.maxParts) {
        return { kind: 'too-many-parts', answered: answeredFrom(span.from, parts) };
      }
      asked += 1;
      gaps = taken.gaps;
      running.set(taken.part, askPart(run, query, taken.part));
    }
    if (running.size === 0) return { kind: 'answered', parts };
    const outcome = await Promise.race(running.values());
    switch (outcome.kind) {
      case 'logs': {
        const { logs } = outcome;
        running.delete(logs.span);
        bytes += logs.inside.length;
        if (bytes > bounds.maxBytes) {
          return { kind: 'too-many-bytes', answered: answeredFrom(span.from, parts) };
        }
        parts.push(logs);
        isSure = true;
        break;
      }
      case 'too-large':
        running.delete(outcome.span);
        if (blocksIn(outcome.span) === 1) return outcome;
        limit.renew();
        mostBlocks = limit.blocks() ?? mostBlocks;
        gaps = putBack(gaps, smaller(outcome.span, mostBlocks, outcome.suggestedEnd));
        isSure = false;
        break;
      case 'failed': {
        if (run.isOver() || run.remainingMs() > LEAST_TIME_MS) return outcome;
        return { ...outcome, kind: 'too-late', answered: answeredFrom(span.from, parts) };
      }
    }
  }
}

/** What to ask for in place of a span that was refused. */
function smaller(
  span: BlockSpan,
  mostBlocks: number | undefined,
  suggestedEnd: number | undefined,
): readonly BlockSpan[] {
  // Whatever is taken of it is cut to that size.
  if (mostBlocks !== undefined && mostBlocks < blocksIn(span)) return [span];
  return cutSpan(span, suggestedEnd);
}
