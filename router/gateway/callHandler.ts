import type { Clock } from '../core/clock.ts';
import type { ClientCall } from '../core/jsonRpc.ts';
import type { Ms } from '../core/units.ts';
import type { Logger } from '../observability/logger.ts';
import type { CallResult, GatewayMetrics } from '../observability/metrics.ts';
import type { Client } from './client.ts';
import type { LogCalls } from './logs/logCalls.ts';
import type { Answer, NetworkRouter } from './networkRouter.ts';

export interface CallTotals {
  readonly calls: number;
  /** No service could answer. A client's own error is none of these. */
  readonly failed: number;
  /** Calls that were answered although at least one service failed them. */
  readonly failovers: number;
}

export interface CallHandler {
  /** Forwards a user's call, and counts and logs what came of it. Never rejects. */
  handle(router: NetworkRouter, call: ClientCall, client: Client): Promise<Answer>;
  totals(): CallTotals;
}

export function createCallHandler(args: {
  readonly clock: Clock;
  readonly deadlineMs: () => Ms;
  /** Those of `eth_getLogs`: they may have to be answered in parts. */
  readonly logCalls: LogCalls;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
}): CallHandler {
  let calls = 0;
  let failed = 0;
  let failovers = 0;

  function settle(
    router: NetworkRouter,
    call: ClientCall,
    client: Client,
    answer: Answer,
    elapsedMs: number,
  ) {
    const ownResult = callResult(answer);
    // What ended because nobody waited for it is nobody's failure.
    const result = ownResult === 'failed' && client.isGone() ? 'gone' : ownResult;
    calls += 1;
    args.metrics.call(router.slug, result, elapsedMs / 1000);
    if (result === 'failed') failed += 1;
    const failedOver = ownResult !== 'failed' && answer.attempts.some(isFault);
    if (failedOver) {
      failovers += 1;
      args.metrics.failover(router.slug);
    } else if (result !== 'failed') return;
    const fields = {
      requestId: client.requestId,
      network: router.slug,
      method: shown(call.method),
      durationMs: Math.round(elapsedMs),
      attempts: answer.attempts.map((attempt) => ({
        ...attempt,
        afterMs: Math.round(attempt.afterMs),
        latencyMs: Math.round(attempt.latencyMs),
      })),
    };
    if (failedOver) args.logger.debug(fields, 'call_failed_over');
    else args.logger.warn(fields, 'call_failed');
  }

  return {
    handle(router, call, client) {
      const start = args.clock.now();
      const { session } = client;
      const options = { deadlineMs: args.deadlineMs(), client, session };
      const isOfLogs = call.method === 'eth_getLogs';
      const asked = isOfLogs ? args.logCalls(router, call, options) : router.forward(call, options);
      return asked.then((answer) => {
        settle(router, call, client, answer, args.clock.now() - start);
        return answer;
      });
    },
    totals: () => ({ calls, failed, failovers }),
  };
}

/** `error` is the caller's own to see: their mistake, or a question that no service of this network can answer. */
export function callResult(answer: Answer): Exclude<CallResult, 'gone'> {
  if (answer.kind === 'result') return 'result';
  if (answer.refused) return 'error';
  const own = answer.attempts.some(
    ({ class: of, part }) => part === answer.part && (of === 'client' || of === 'capability'),
  );
  return own ? 'error' : 'failed';
}

function isFault(attempt: Answer['attempts'][number]): boolean {
  return attempt.class === 'provider' || attempt.class === 'capacity' || attempt.class === 'capability';
}

/** A client's text of any length, short enough for a log. */
function shown(method: string): string {
  return method.length > 64 ? `${method.slice(0, 64)}…` : method;
}
