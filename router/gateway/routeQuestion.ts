import { isJson, jsonKind, type RawJson } from '../core/rawJson.ts';
import type { RouteQuestion } from './routeExplanation.ts';
import { plainToken } from './rpcAnswers.ts';

/** What `GET /status/route?…` asks, or what is wrong with it: words of our own. */
export type RouteQuery =
  | { readonly ok: true; readonly question: RouteQuestion; readonly isWhole: boolean }
  | { readonly ok: false; readonly error: string };

// Longer than any method's and network's name.
const MAX_METHOD_LENGTH = 128;
const NETWORK = /^[\w:-]{1,64}$/;

/** Reads a query string's fields, each of which a stranger may have sent twice, empty or not at all. Pure. */
export function readRouteQuery(query: Readonly<Record<string, unknown>>): RouteQuery {
  const { network, method, params, session, all } = query;
  if (typeof network !== 'string' || !NETWORK.test(network)) {
    return wrong('network: a slug, a CAIP-2 id or a chain id is needed, once');
  }
  if (typeof method !== 'string' || method === '' || method.length > MAX_METHOD_LENGTH) {
    return wrong(`method: a name of 1 to ${MAX_METHOD_LENGTH} characters is needed, once`);
  }
  const raw = rawParams(params);
  if (raw === 'wrong') return wrong('params: a JSON array or object is needed');
  const token = session === undefined ? undefined : plainToken(String(session));
  if (session !== undefined && token === undefined) {
    return wrong('session: up to 64 letters, digits, "_", "-", "." and ":" are needed');
  }
  if (all !== undefined && all !== '1') return wrong('all: only 1 is known');
  const question = { network, method, params: raw, session: token };
  return { ok: true, question, isWhole: all === '1' };
}

function wrong(error: string): RouteQuery {
  return { ok: false, error };
}

function rawParams(text: unknown): RawJson | undefined | 'wrong' {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') return 'wrong';
  // One byte a character, as all raw JSON here.
  const raw = Buffer.from(text.trim(), 'utf8').toString('latin1') as RawJson;
  if (!isJson(raw)) return 'wrong';
  const kind = jsonKind(raw);
  return kind === 'array' || kind === 'object' ? raw : 'wrong';
}
