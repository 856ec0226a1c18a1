import type { Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import { retryAfter } from '../core/retryAfter.ts';
import { type Ms, ms } from '../core/units.ts';
import { failureReason } from './failureReason.ts';
import type { FailureReason, UpstreamFailure, UpstreamOutcome } from './outcome.ts';
import { readAnswer } from './readAnswer.ts';

export interface ExchangeArgs {
  readonly method: string;
  readonly id: string;
  readonly startedAt: Ms;
  readonly clock: Clock;
  readonly maxResponseBytes: number;
  readonly timeoutMs: Ms;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (outcome: UpstreamOutcome) => void;
}

/** One request and its answer: ends exactly once, by the answer, an error, the timer or the caller. */
export function createExchange(args: ExchangeArgs) {
  let controller: Dispatcher.DispatchController | undefined;
  let ended = false;
  let httpStatus: number | undefined;
  let retryAfterMs: Ms | undefined;
  let chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => fail('timeout'), Math.max(1, Math.ceil(args.timeoutMs)));
  const onAbort = () => fail('aborted');
  args.signal?.addEventListener('abort', onAbort, { once: true });

  function end(outcome: UpstreamOutcome) {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    args.signal?.removeEventListener('abort', onAbort);
    chunks = [];
    args.resolve(outcome);
  }

  const elapsed = () => ms(args.clock.now() - args.startedAt);

  function fail(reason: FailureReason) {
    if (ended) return;
    end(failure(reason, elapsed(), httpStatus, retryAfterMs));
    // Ends the connection too: what still comes on it belongs to nobody.
    controller?.abort(new Error(reason));
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      // Ended while it waited for a connection: it must not be sent.
      if (ended) started.abort(new Error('ended'));
    },
    onResponseStart(_controller, status, headers) {
      httpStatus = status;
      retryAfterMs = retryAfter(single(headers['retry-after']), args.clock.unix());
      const encoding = single(headers['content-encoding']);
      if (encoding !== undefined && encoding !== '' && encoding !== 'identity') fail('malformed');
      else if (Number(single(headers['content-length'])) > args.maxResponseBytes) fail('too-large');
    },
    onResponseData(_controller, chunk) {
      bytes += chunk.length;
      if (bytes > args.maxResponseBytes) fail('too-large');
      else if (!ended) chunks.push(chunk);
    },
    onResponseEnd() {
      if (ended || httpStatus === undefined) return;
      const [first] = chunks;
      const body = chunks.length === 1 && first ? first : Buffer.concat(chunks, bytes);
      const reading = readAnswer({ method: args.method, id: args.id, httpStatus, body });
      if (reading.ok) end({ ok: true, result: reading.result, latencyMs: elapsed() });
      else
        end({
          ...reading,
          httpStatus,
          ...(retryAfterMs !== undefined && { retryAfterMs }),
          latencyMs: elapsed(),
        });
    },
    onResponseError(_controller, error) {
      fail(failureReason(error));
    },
  };
  return { handler, fail };
}

export function failure(
  reason: FailureReason,
  latencyMs: Ms,
  httpStatus?: number,
  retryAfterMs?: Ms,
): UpstreamFailure {
  return {
    ok: false,
    // 429 stays a matter of capacity, whatever came of its body.
    class: httpStatus === 429 ? 'capacity' : 'provider',
    reason,
    ...(httpStatus !== undefined && { httpStatus }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    latencyMs,
  };
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
