import type { ErrorClass } from './errorClass.ts';
import { ERROR_TABLE, type ErrorRow, type Lack, TRUSTED_STATUSES } from './errorTable.ts';
import { decodeString, eachMember, jsonKind, type RawJson } from './rawJson.ts';

export interface ObservedError {
  readonly method: string;
  readonly httpStatus: number;
  /** Of the node's JSON-RPC error, when it sent one; a message may also come from a body that is no JSON-RPC. */
  readonly code?: number | undefined;
  readonly message?: string | undefined;
  /** The body held a JSON-RPC error object. */
  readonly isRpcError: boolean;
}

// Node texts are bounded before any pattern sees them.
const MESSAGE_LIMIT = 1_000;

/** Who is to blame, and what the node lacks when it is a matter of capability. */
export interface Judgement {
  readonly class: ErrorClass;
  readonly lack?: Lack | undefined;
}

export function classify(observed: ObservedError): ErrorClass {
  return judgeError(observed).class;
}

/** An unknown JSON-RPC error is the caller's, unless the transport says that the node failed. */
export function judgeError(observed: ObservedError): Judgement {
  return rowOf(observed) ?? { class: classOfUnknown(observed) };
}

function classOfUnknown(observed: ObservedError): ErrorClass {
  return observed.isRpcError && TRUSTED_STATUSES.includes(observed.httpStatus) ? 'client' : 'provider';
}

/** The row of the table that decided, for explanations; undefined for an error of no known kind. */
export function rowOf(observed: ObservedError): ErrorRow | undefined {
  const message = observed.message?.slice(0, MESSAGE_LIMIT);
  return ERROR_TABLE.find(
    (row) =>
      (row.http === undefined || row.http.includes(observed.httpStatus)) &&
      (row.method === undefined || row.method.test(observed.method)) &&
      (row.code === undefined || (observed.code !== undefined && row.code.includes(observed.code))) &&
      (row.message === undefined || (message !== undefined && row.message.test(message))),
  );
}

/** Code and message of a node's error object; both undefined when it is not shaped as JSON-RPC says. */
export function readRpcError(error: RawJson): { code: number | undefined; message: string | undefined } {
  let code: number | undefined;
  let message: string | undefined;
  eachMember(error, (key, value) => {
    // Some servers write the code as a string.
    if (key === 'code') code = Number(jsonKind(value) === 'string' ? decodeString(value) : value);
    if (key === 'message' && jsonKind(value) === 'string') message = decodeString(value);
  });
  return { code: Number.isFinite(code) ? code : undefined, message };
}

/** Says that the sender's nonce is used up, perhaps by this very transaction. */
export function isNonceUsed(error: RawJson): boolean {
  const { message } = readRpcError(error);
  return message !== undefined && NONCE_USED.test(message.slice(0, MESSAGE_LIMIT));
}

// Substrate's "stale" and "banned" and the chains that call it a replay mean the same.
const NONCE_USED =
  /nonce[ _](?:is )?too[ _](?:low|small)|old ?nonce|nonce.{0,40}already ?(?:been ?)?used|invalid (?:transaction )?nonce|pool\(stale\)|temporarily ?banned|replay[ _]attack/i;
