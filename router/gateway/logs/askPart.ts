import { type ClientCall, NULL_ID } from '../../core/jsonRpc.ts';
import { encodeJson, type RawJson } from '../../core/rawJson.ts';
import { RPC_CODES } from '../../core/rpcError.ts';
import { callResult } from '../callHandler.ts';
import type { Attempt } from '../networkRouter.ts';
import type { BlockSpan } from './blockSpan.ts';
import { logsInside, type PartLogs } from './joinLogs.ts';
import { type LogQuery, logParams } from './logQuery.ts';
import type { LogRun } from './logRun.ts';
import { suggestedEnd, whyTooLarge } from './tooLarge.ts';

export type PartOutcome =
  | { readonly kind: 'logs'; readonly logs: PartLogs }
  | ({ readonly kind: 'too-large'; readonly suggestedEnd: number | undefined } & PartFailure)
  | ({ readonly kind: 'failed' } & PartFailure);

export interface PartFailure {
  readonly span: BlockSpan;
  readonly error: RawJson;
  /** Of the last time that it was tried. */
  readonly part: number;
  readonly attempts: readonly Attempt[];
}

// Before each further time that a part is tried. By the last one a limit of calls a second has passed.
const PAUSES_MS = [100, 500, 1_500];

/** Asks for the logs of some blocks; a failure that may pass is tried again alone, all else is told. Never rejects. */
export async function askPart(run: LogRun, query: LogQuery, span: BlockSpan): Promise<PartOutcome> {
  const call: ClientCall = { id: NULL_ID, method: 'eth_getLogs', params: logParams(query, span) };
  const pauses = PAUSES_MS.values();
  for (;;) {
    const { answer, part, attempts } = await run.ask(call);
    let error = noList(run.router.slug);
    if (answer.kind === 'result') {
      const inside = logsInside(answer.result);
      if (inside !== undefined) return { kind: 'logs', logs: { span, inside } };
    } else {
      error = answer.error;
      if (whyTooLarge(answer) === 'refused') {
        return { kind: 'too-large', suggestedEnd: suggestedEnd(answer, span), span, error, part, attempts };
      }
      // Anybody else would say the same.
      if (callResult(answer) === 'error') return { kind: 'failed', span, error, part, attempts };
    }
    const pauseMs = pauses.next().value;
    if (pauseMs === undefined || pauseMs >= run.remainingMs())
      return { kind: 'failed', span, error, part, attempts };
    await run.pause(pauseMs);
    if (run.isOver()) return { kind: 'failed', span, error, part, attempts };
  }
}

function noList(slug: string): RawJson {
  const message = `a service of ${slug} answered a query for logs with something else than a list`;
  return encodeJson({ code: RPC_CODES.serverError, message });
}
