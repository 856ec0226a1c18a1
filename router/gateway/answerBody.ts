import {
  batchResponse,
  type ClientCall,
  errorResponse,
  NULL_ID,
  type ParsedBody,
  type ParsedItem,
  resultResponse,
} from '../core/jsonRpc.ts';
import type { RawJson } from '../core/rawJson.ts';
import { invalidRequest, parseError, RPC_CODES, type RpcErrorObject } from '../core/rpcError.ts';

/** What one call comes to. */
export type CallAnswer =
  | { readonly kind: 'result'; readonly result: RawJson }
  | { readonly kind: 'error'; readonly error: RawJson | RpcErrorObject };

export interface BodyHandlers {
  readonly maxBatchItems: number;
  /** Must not reject. */
  answer(call: ClientCall): Promise<CallAnswer>;
  /** What was answered without a call: `parse-error`, `empty-batch`, `batch-too-large` or `invalid-request`. */
  onRefused?(kind: string): void;
}

// One batch must not take all of a service's connections.
const BATCH_CONCURRENCY = 32;

/**
 * Answers a request body by JSON-RPC 2.0: items of a batch each on their own and in order, ids exactly as sent.
 * Undefined when there is nothing to answer: all were notifications.
 */
export function answerBody(parsed: ParsedBody, handlers: BodyHandlers): Promise<RawJson | undefined> {
  return parsed.kind === 'single' ? answerItem(parsed.item, handlers) : answerOther(parsed, handlers);
}

async function answerOther(
  parsed: Exclude<ParsedBody, { kind: 'single' }>,
  handlers: BodyHandlers,
): Promise<RawJson | undefined> {
  const refuse = (kind: string, error: RpcErrorObject) => {
    handlers.onRefused?.(kind);
    return errorResponse(NULL_ID, error);
  };
  if (parsed.kind === 'parse-error') return refuse('parse-error', parseError);
  if (parsed.kind === 'empty-batch') return refuse('empty-batch', invalidRequest);
  if (parsed.items.length > handlers.maxBatchItems) {
    return refuse('batch-too-large', {
      code: RPC_CODES.invalidRequest,
      message: `Batch has ${parsed.items.length} items; at most ${handlers.maxBatchItems} are allowed`,
    });
  }
  const answers = await mapBounded(parsed.items, BATCH_CONCURRENCY, (item) => answerItem(item, handlers));
  return batchResponse(answers.filter((answer) => answer !== undefined));
}

/** Each promise on the way of every call costs as much as a look into a map: there is one here. */
function answerItem(item: ParsedItem, handlers: BodyHandlers): Promise<RawJson | undefined> {
  if (item.kind === 'invalid') {
    handlers.onRefused?.('invalid-request');
    return Promise.resolve(errorResponse(item.id, invalidRequest));
  }
  const { id } = item.call;
  return handlers.answer(item.call).then((answer) => {
    if (id === undefined) return undefined;
    return answer.kind === 'result' ? resultResponse(id, answer.result) : errorResponse(id, answer.error);
  });
}

/** Maps with at most `limit` at a time; results stand in the order of the items. */
async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  const work = async () => {
    for (const [index, item] of rest) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
