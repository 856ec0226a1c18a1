import { encodeJson, type RawJson } from '../../core/rawJson.ts';
import { RPC_CODES } from '../../core/rpcError.ts';
import { type BlockSpan, blocksIn } from './blockSpan.ts';
import { hex } from './logQuery.ts';

/*
 * What this gateway does not do for one query for logs. The words are those of the field: clients and other gateways
 * that split by them can split by these.
 */

/** @param most so many blocks are answered */
export function tooManyBlocks(blocks: number, most: number): RawJson {
  return limitError(`block range of ${blocks} blocks is too large: ask for at most ${most} blocks at a time`);
}

/** @param answered from the first block on, as far as it was answered */
export function tooMuchTime(span: BlockSpan, answered: BlockSpan | undefined): RawJson {
  const what = `block range of ${blocksIn(span)} blocks takes more time than there is`;
  return limitError(`${what}; ${advice(answered)}`, answered, RPC_CODES.serverError);
}

export function tooManyParts(span: BlockSpan, maxParts: number, answered: BlockSpan | undefined): RawJson {
  const what = `too many logs in a block range of ${blocksIn(span)} blocks: it takes more than ${maxParts} queries`;
  return limitError(`${what}; ${advice(answered)}`, answered);
}

export function tooManyBytes(span: BlockSpan, maxBytes: number, answered: BlockSpan | undefined): RawJson {
  const what = `response size exceeds ${maxBytes} bytes for a block range of ${blocksIn(span)} blocks`;
  return limitError(`${what}; ${advice(answered)}`, answered);
}

function advice(answered: BlockSpan | undefined): string {
  if (answered === undefined) return 'ask for fewer blocks at a time';
  return `this block range should work: [${hex(answered.from)}, ${hex(answered.to)}]`;
}

function limitError(message: string, works?: BlockSpan, code: number = RPC_CODES.limitExceeded): RawJson {
  const data = works && { from: hex(works.from), to: hex(works.to) };
  return encodeJson({ code, message, data });
}
