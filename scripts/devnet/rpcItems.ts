/** JSON values as plain data; the devnet's tools read and alter what nodes of their own answer. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface RpcItem {
  readonly id: Json;
  readonly method: string;
  readonly params: Json[];
}

export function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A request's items, one for a single call; what is not a call is left out. */
export function rpcItems(body: Json): RpcItem[] {
  return (Array.isArray(body) ? body : [body]).flatMap((item) => {
    if (!isObject(item) || typeof item.method !== 'string') return [];
    return [
      { id: item.id ?? null, method: item.method, params: Array.isArray(item.params) ? item.params : [] },
    ];
  });
}

/** Applies `change` to each item of a single or batch body and keeps its shape. */
export function mapItems(body: Json, change: (item: { [key: string]: Json }) => Json): Json {
  if (Array.isArray(body)) return body.map((item) => (isObject(item) ? change(item) : item));
  return isObject(body) ? change(body) : body;
}
