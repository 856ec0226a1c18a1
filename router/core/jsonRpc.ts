import { isUtf8 } from 'node:buffer';
import {
  decodeString,
  eachMember,
  encodeJson,
  isJson,
  jsonKind,
  type RawJson,
  rawElements,
} from './rawJson.ts';
import type { RpcErrorObject } from './rpcError.ts';

export interface ClientCall {
  /** Exactly as sent; undefined for a notification, which is executed and never answered. */
  readonly id: RawJson | undefined;
  readonly method: string;
  /** An array or object, exactly as sent; undefined when left out. */
  readonly params: RawJson | undefined;
}

export type ParsedItem =
  | { readonly kind: 'call'; readonly call: ClientCall }
  /** Not a request object: answered with -32600 and this id, `null` when it cannot be known. */
  | { readonly kind: 'invalid'; readonly id: RawJson };

export type ParsedBody =
  | { readonly kind: 'single'; readonly item: ParsedItem }
  | { readonly kind: 'batch'; readonly items: readonly ParsedItem[] }
  /** Answered with one -32700 and id null. */
  | { readonly kind: 'parse-error' }
  /** Answered with one -32600 and id null. */
  | { readonly kind: 'empty-batch' };

export const NULL_ID = 'null' as RawJson;

/** Reads a request body by JSON-RPC 2.0 to the letter; never throws. */
export function parseBody(body: Buffer): ParsedBody {
  return isUtf8(body) ? parseText(body.toString('latin1')) : { kind: 'parse-error' };
}

/** The same for text that is known to be UTF-8, each byte one latin1 character. */
export function parseText(text: string): ParsedBody {
  const elements = rawElements(text);
  if (elements) {
    if (elements.length === 0) return { kind: 'empty-batch' };
    return { kind: 'batch', items: elements.map((element) => parseItem(element) ?? unknownItem) };
  }
  const item = parseItem(text);
  if (item) return { kind: 'single', item };
  return isJson(text) ? { kind: 'single', item: unknownItem } : { kind: 'parse-error' };
}

const unknownItem: ParsedItem = { kind: 'invalid', id: NULL_ID };

/** Undefined when the text is no JSON object. */
function parseItem(text: string): ParsedItem | undefined {
  let version: RawJson | undefined;
  let id: RawJson | undefined;
  let method: RawJson | undefined;
  let params: RawJson | undefined;
  const isObject = eachMember(text, (key, value) => {
    if (key === 'jsonrpc') version = value;
    else if (key === 'id') id = value;
    else if (key === 'method') method = value;
    else if (key === 'params') params = value;
  });
  if (!isObject) return undefined;
  if (id !== undefined && !isId(id)) return unknownItem;
  const valid =
    version !== undefined &&
    (version === '"2.0"' || (jsonKind(version) === 'string' && decodeString(version) === '2.0')) &&
    (params === undefined || isStructured(params));
  if (!valid || method === undefined || jsonKind(method) !== 'string') {
    return { kind: 'invalid', id: id ?? NULL_ID };
  }
  return { kind: 'call', call: { id, method: decodeString(method), params } };
}

function isId(raw: RawJson): boolean {
  const kind = jsonKind(raw);
  return kind === 'string' || kind === 'number' || kind === 'null';
}

function isStructured(raw: RawJson): boolean {
  const kind = jsonKind(raw);
  return kind === 'array' || kind === 'object';
}

export function resultResponse(id: RawJson, result: RawJson): RawJson {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}` as RawJson;
}

/** @param error A node's error object as it came, or one of our own. */
export function errorResponse(id: RawJson, error: RawJson | RpcErrorObject): RawJson {
  const raw = typeof error === 'string' ? error : encodeJson(error);
  return `{"jsonrpc":"2.0","id":${id},"error":${raw}}` as RawJson;
}

/** Answers of a batch in the order of its calls; notifications have none. Undefined when nothing is to be answered. */
export function batchResponse(answers: readonly RawJson[]): RawJson | undefined {
  return answers.length === 0 ? undefined : (`[${answers.join(',')}]` as RawJson);
}
