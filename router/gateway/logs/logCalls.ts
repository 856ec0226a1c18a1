import type { Clock } from '../../core/clock.ts';
import type { ClientCall } from '../../core/jsonRpc.ts';
import type { RawJson } from '../../core/rawJson.ts';
import type { GatewayMetrics } from '../../observability/metrics.ts';
import { logBlocks } from '../../routing/logRange.ts';
import { callResult } from '../callHandler.ts';
import type { Answer, ForwardOptions } from '../networkRouter.ts';
import type { PartFailure } from './askPart.ts';
import { type BlockSpan, blocksIn } from './blockSpan.ts';
import { joinLogs } from './joinLogs.ts';
import { createKnownLimits } from './knownLimits.ts';
import { tooManyBlocks, tooManyBytes, tooManyParts, tooMuchTime } from './limitError.ts';
import { type LogQuery, readLogQuery } from './logQuery.ts';
import { createLogRun, type LogRouter, type LogRun } from './logRun.ts';
import { resolveSpan } from './resolveSpan.ts';
import { type SplitBounds, type SplitOutcome, splitRun } from './splitRun.ts';
import { type ErrorAnswer, suggestedEnd, whyTooLarge } from './tooLarge.ts';

export interface LogBounds extends SplitBounds {
  /** Of a query that has to be answered in parts. */
  readonly maxBlocks: number;
}

export interface LogCallsArgs {
  readonly clock: Clock;
  /** As they are now: they may change. */
  readonly bounds: () => LogBounds;
  readonly metrics: Pick<GatewayMetrics, 'logSplit'>;
}

/** Answers an `eth_getLogs` call by a network's services. Never rejects. */
export type LogCalls = (router: LogRouter, call: ClientCall, options: ForwardOptions) => Promise<Answer>;

/**
 * A query that no service is known to take, or that all have refused as too large, is answered in parts, whose logs are
 * joined in the order of their blocks. All others are passed on as they are. What would take more than the bounds is
 * refused before anybody is asked, as far as that can be known.
 */
export function createLogCalls({ clock, bounds, metrics }: LogCallsArgs): LogCalls {
  const limits = createKnownLimits(clock);

  async function inParts(
    run: LogRun,
    query: LogQuery,
    span: BlockSpan,
    whole: ErrorAnswer | undefined,
  ): Promise<Answer> {
    const { router } = run;
    const { maxBlocks, ...within } = bounds();
    const most = Math.min(maxBlocks, within.maxParts * (limits.of(router) ?? Number.POSITIVE_INFINITY));
    if (blocksIn(span) > most) return refusal(run, tooManyBlocks(blocksIn(span), most));
    const outcome = await splitRun({
      ...{ run, query, span, bounds: within },
      limit: { blocks: () => limits.of(router), renew: () => limits.forget(router) },
      refused: whole && { suggestedEnd: suggestedEnd(whole, span) },
    });
    return answerOf(run, span, within, outcome);
  }

  return async (router, call, options) => {
    const beganAt = clock.now();
    let whole: ErrorAnswer | undefined;
    if (isTaken(call, router, limits.of(router))) {
      const answer = await router.forward(call, options);
      if (answer.kind === 'result' || options.client?.isGone()) return answer;
      if (whyTooLarge(answer) === undefined) return answer;
      limits.forget(router);
      whole = answer;
    }
    const query = readLogQuery(call.params);
    if (query === undefined) return whole ?? router.forward(call, options);

    const run = createLogRun({ router, options, clock, beganAt, whole });
    try {
      const span = await resolveSpan(run, query);
      // Whatever a node makes of it.
      if (span === undefined) return whole ?? (await run.ask(call)).answer;
      if (whole !== undefined && blocksIn(span) === 1) return whole;
      const answer = await inParts(run, query, span, whole);
      metrics.logSplit(router.slug, splitResult(answer, options));
      return answer;
    } finally {
      run.end();
    }
  };
}

/** Some service is believed to answer it as it is, or only a node can tell. */
function isTaken({ params }: ClientCall, router: LogRouter, most: number | undefined): boolean {
  if (most === undefined) return true;
  const blocks = logBlocks(params, router.agreedHead());
  return blocks === undefined || blocks <= most;
}

function answerOf(run: LogRun, span: BlockSpan, bounds: SplitBounds, outcome: SplitOutcome): Answer {
  switch (outcome.kind) {
    case 'answered': {
      const result = joinLogs(outcome.parts);
      return { kind: 'result', result, attempts: run.attempts(), parts: run.asked() };
    }
    case 'too-many-parts':
      return refusal(run, tooManyParts(span, bounds.maxParts, outcome.answered));
    case 'too-many-bytes':
      return refusal(run, tooManyBytes(span, bounds.maxBytes, outcome.answered));
    case 'too-late':
      return failure(run, tooMuchTime(span, outcome.answered), outcome);
    case 'failed':
    case 'too-large':
      return failure(run, outcome.error, outcome);
  }
}

function failure(run: LogRun, error: RawJson, { part, attempts }: Omit<PartFailure, 'error'>): Answer {
  return { kind: 'error', error, attempts: run.attempts(attempts), parts: run.asked(), part };
}

function refusal(run: LogRun, error: RawJson): Answer {
  return { kind: 'error', error, attempts: run.attempts(), parts: run.asked(), refused: true };
}

function splitResult(answer: Answer, { client }: ForwardOptions) {
  if (answer.kind === 'error' && answer.refused) return 'refused';
  const result = callResult(answer);
  return result === 'failed' && client?.isGone() ? 'gone' : result;
}
