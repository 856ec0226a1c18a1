import type { ParsedBody } from './jsonRpc.ts';
import type { RawJson } from './rawJson.ts';

/**
 * What a body means, read the slow and obvious way: `JSON.parse`, and the specification's sentences in their order.
 * Ids and parameters are written as `JSON.stringify` writes them.
 */
export function referenceParse(text: string): ParsedBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'parse-error' };
  }
  if (!Array.isArray(value)) return { kind: 'single', item: referenceItem(value) };
  if (value.length === 0) return { kind: 'empty-batch' };
  return { kind: 'batch', items: value.map(referenceItem) };
}

function referenceItem(value: unknown) {
  const unknown = { kind: 'invalid', id: 'null' as RawJson } as const;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return unknown;
  const request = value as Record<string, unknown>;
  const has = (name: string) => Object.hasOwn(request, name);
  const { id, jsonrpc, method, params } = request;
  const idIsValid = !has('id') || id === null || typeof id === 'string' || typeof id === 'number';
  if (!idIsValid) return unknown;
  const rawId = has('id') ? raw(id) : undefined;
  const paramsAreValid = !has('params') || (typeof params === 'object' && params !== null);
  if (jsonrpc !== '2.0' || typeof method !== 'string' || !paramsAreValid)
    return { kind: 'invalid', id: rawId ?? raw(null) } as const;
  return {
    kind: 'call',
    call: { id: rawId, method, params: has('params') ? raw(params) : undefined },
  } as const;
}

function raw(value: unknown): RawJson {
  return JSON.stringify(value) as RawJson;
}
