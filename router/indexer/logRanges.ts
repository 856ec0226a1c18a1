import { setTimeout } from 'node:timers/promises';
import { abortable } from '../core/abortable.ts';
import { smaller } from '../core/bigints.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { afterAnswer, afterRateLimit, afterRefusal, type RangePace, startPace } from './rangePace.ts';
import { logsRefusal } from './rangeRefusal.ts';

// Enough to hide a node's delay, few enough for a public endpoint.
const CONCURRENCY = 4;
// Answers that wait for an earlier one, as a multiple of the questions at once.
const READ_AHEAD = 2;

export interface BlockRange {
  readonly from: bigint;
  /** Inclusive. */
  readonly to: bigint;
}

export interface LogRange<T> extends BlockRange {
  /** What `fetch` gave for the range. */
  readonly value: T;
}

export interface LogRangesOptions<T> extends BlockRange {
  /** Most blocks asked for at once. */
  readonly maxRange: number;
  /** Most questions at once. Default 4. */
  readonly concurrency?: number;
  fetch(from: bigint, to: bigint): Promise<T>;
  readonly signal?: AbortSignal | undefined;
  /** Until a node that limits its rate may be asked again. Rejects when the signal aborts. */
  sleep?(ms: number, signal: AbortSignal): Promise<void>;
  readonly clock?: Clock;
}

type Outcome<T> =
  | { readonly kind: 'answer'; readonly answer: LogRange<T> }
  | {
      readonly kind: 'failure';
      readonly range: BlockRange;
      readonly error: unknown;
      readonly pauses: number;
    };

/**
 * Logs of a long stretch in pieces: each block is in exactly one of them, in order. Pieces halve when the node refuses
 * their size, and grow again. Several are asked for at once, fewer when the node limits its rate.
 * @throws what `fetch` throws, when neither smaller pieces nor waiting help; the signal's reason.
 */
export async function* logRanges<T>(options: LogRangesOptions<T>): AsyncGenerator<LogRange<T>, void> {
  const { to, concurrency = CONCURRENCY, clock = systemClock, sleep = sleepFor } = options;
  const ended = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, ended.signal]) : ended.signal;
  /** Not asked for, in order. A piece is cut off only when it is asked for: then its size is known best. */
  let gaps: readonly BlockRange[] = options.from <= to ? [{ from: options.from, to }] : [];
  /** With their numbers of blocks. */
  const asked = new Map<Promise<Outcome<T>>, bigint>();
  const answers = new Map<bigint, LogRange<T>>();
  let pace = startPace(options.maxRange, concurrency);
  let pause: Promise<void> | undefined;
  let pauses = 0;
  let next = options.from;

  /** The next piece, if one may be asked for now. */
  function cut(): BlockRange | undefined {
    const [gap, ...rest] = gaps;
    if (gap === undefined || pause !== undefined || asked.size >= pace.open) return undefined;
    const isFull = asked.size + answers.size >= pace.maxOpen * READ_AHEAD;
    // What all answers wait for is asked for in any case.
    if (isFull && gap.from !== next) return undefined;
    const isTrying = asked.values().some((blocks) => blocks > pace.proven);
    const size = isTrying ? smaller(pace.size, pace.proven) : pace.size;
    if (size === 0n) return undefined;
    const range = { from: gap.from, to: smaller(gap.from + size - 1n, gap.to) };
    gaps = range.to < gap.to ? [{ from: range.to + 1n, to: gap.to }, ...rest] : rest;
    return range;
  }

  async function ask(range: BlockRange): Promise<Outcome<T>> {
    const before = pauses;
    try {
      const value = await options.fetch(range.from, range.to);
      return { kind: 'answer', answer: { ...range, value } };
    } catch (error) {
      return { kind: 'failure', range, error, pauses: before };
    }
  }

  /** What becomes of the pace; throws the error when nothing helps. */
  function afterFailure({ range, error, ...asked }: Outcome<T> & { kind: 'failure' }): RangePace {
    const refusal = logsRefusal(error, clock.unix());
    if (refusal.kind === 'other') throw error;
    if (refusal.kind !== 'rateLimited') {
      const cutPace = afterRefusal(pace, sizeOf(range), refusal.kind);
      if (cutPace === undefined) throw error;
      return cutPace;
    }
    // Those that were under way when the node said so say nothing new.
    if (asked.pauses < pauses) return pace;
    const limited = afterRateLimit(pace, refusal.retryAfterMs);
    if (limited === undefined) throw error;
    pauses += 1;
    pause = sleep(limited.waitMs, signal).then(
      () => {
        pause = undefined;
      },
      () => undefined,
    );
    return limited.pace;
  }

  async function settleOne(): Promise<void> {
    const settled = [...asked.keys()].map(async (promise) => ({ promise, outcome: await promise }));
    const first = await abortable(
      Promise.race([...settled, ...(pause === undefined ? [] : [pause])]),
      signal,
    );
    if (first === undefined) return;
    const { promise, outcome } = first;
    asked.delete(promise);
    if (outcome.kind === 'answer') {
      answers.set(outcome.answer.from, outcome.answer);
      pace = afterAnswer(pace, sizeOf(outcome.answer));
    } else {
      pace = afterFailure(outcome);
      gaps = [...gaps, outcome.range].sort((a, b) => (a.from < b.from ? -1 : 1));
    }
  }

  try {
    while (next <= to) {
      signal.throwIfAborted();
      for (let range = cut(); range !== undefined; range = cut()) asked.set(ask(range), sizeOf(range));
      const answer = answers.get(next);
      if (answer === undefined) {
        await settleOne();
        continue;
      }
      answers.delete(next);
      next = answer.to + 1n;
      yield answer;
    }
  } finally {
    ended.abort();
  }
}

function sizeOf({ from, to }: BlockRange): bigint {
  return to - from + 1n;
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal });
}
