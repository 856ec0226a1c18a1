import { larger, smaller } from '../core/bigints.ts';

/** How many blocks the next question is about, and how many questions may be open. Immutable. */
export interface RangePace {
  readonly size: bigint;
  /** The largest size that was answered, of late; a larger one is tried alone, as its refusal tells enough. */
  readonly proven: bigint;
  readonly maxRange: bigint;
  /** Questions at once. */
  readonly open: number;
  readonly maxOpen: number;
  /** Since the size, or the number of questions, was changed last. */
  readonly answers: number;
  readonly calm: number;
  /** Answers until a larger size is tried. */
  readonly patience: number;
  /** In a row. */
  readonly rateLimits: number;
  readonly timeouts: number;
}

// Tries a larger range again after this many answers, and each time in vain after twice as many: a node's fixed limit
// costs little, and a limit on results, which moves with the events, is followed.
const GROW_AFTER = 4;
const MAX_PATIENCE = 64;
// After a rate limit, questions at once are added this slowly.
const OPEN_MORE_AFTER = 16;
// What takes too long is cut smaller than what is refused: each time-out costs seconds.
const CUT_BY = { tooLarge: 2n, timedOut: 8n };
// One who answers none of these hangs.
const MAX_TIMEOUTS = 3;
const MAX_RATE_LIMITS = 5;
const FIRST_WAIT_MS = 1_000;
// Whoever wants to be left alone for longer is: others may answer sooner.
const MAX_WAIT_MS = 15_000;

export function startPace(maxRange: number, maxOpen: number): RangePace {
  const size = BigInt(Math.max(1, Math.floor(maxRange)));
  return {
    ...{ size, maxRange: size, proven: 0n, open: maxOpen, maxOpen },
    ...{ answers: 0, calm: 0, patience: GROW_AFTER, rateLimits: 0, timeouts: 0 },
  };
}

export function afterAnswer(pace: RangePace, blocks: bigint): RangePace {
  const answers = pace.answers + 1;
  const calm = pace.calm + 1;
  const isLarger = blocks > pace.proven;
  const patience = isLarger ? GROW_AFTER : pace.patience;
  const grows = answers >= patience && pace.size < pace.maxRange;
  const opensMore = calm >= OPEN_MORE_AFTER && pace.open < pace.maxOpen;
  return {
    ...pace,
    size: grows ? smaller(pace.size * 2n, pace.maxRange) : pace.size,
    proven: isLarger ? blocks : pace.proven,
    open: opensMore ? pace.open + 1 : pace.open,
    answers: grows ? 0 : answers,
    calm: opensMore ? 0 : calm,
    patience,
    rateLimits: 0,
    timeouts: 0,
  };
}

/** Undefined when smaller ranges do not help either. */
export function afterRefusal(
  pace: RangePace,
  blocks: bigint,
  kind: 'tooLarge' | 'timedOut',
): RangePace | undefined {
  // Those asked before the size was cut say nothing new.
  const isNews = blocks <= pace.size;
  const timeouts = kind === 'timedOut' && isNews ? pace.timeouts + 1 : pace.timeouts;
  if (blocks === 1n || timeouts >= MAX_TIMEOUTS) return undefined;
  const wasTrial = blocks > pace.proven;
  const proven = wasTrial ? pace.proven : 0n;
  const cut = larger(blocks / CUT_BY[kind], larger(proven, 1n));
  return {
    ...pace,
    size: smaller(pace.size, cut),
    proven,
    answers: 0,
    patience: wasTrial && proven > 0n ? Math.min(pace.patience * 2, MAX_PATIENCE) : GROW_AFTER,
    timeouts,
  };
}

/** With fewer questions at once, after the wait; undefined when it is better to leave the node alone. */
export function afterRateLimit(
  pace: RangePace,
  retryAfterMs: number | undefined,
): { readonly pace: RangePace; readonly waitMs: number } | undefined {
  const rateLimits = pace.rateLimits + 1;
  const waitMs = retryAfterMs ?? Math.min(FIRST_WAIT_MS * 2 ** (rateLimits - 1), MAX_WAIT_MS);
  if (rateLimits > MAX_RATE_LIMITS || waitMs > MAX_WAIT_MS) return undefined;
  const open = Math.max(1, Math.floor(pace.open / 2));
  return { pace: { ...pace, open, calm: 0, rateLimits }, waitMs };
}
