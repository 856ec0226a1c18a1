import { isUtf8 } from 'node:buffer';
import { judgeError, readRpcError } from '../core/classify.ts';
import type { ErrorClass } from '../core/errorClass.ts';
import type { Lack } from '../core/errorTable.ts';
import { decodeString, eachMember, jsonKind, type RawJson } from '../core/rawJson.ts';
import type { FailureReason } from './outcome.ts';

export type Reading =
  | { readonly ok: true; readonly result: RawJson }
  | {
      readonly ok: false;
      readonly class: ErrorClass;
      readonly reason: FailureReason;
      readonly lack?: Lack | undefined;
      readonly error?: RawJson;
    };

/**
 * Judges a node's complete HTTP answer to one request. Pure.
 * @param id The request's id: an answer to another one is refused, an error without id (the node could not read ours)
 * is taken.
 */
export function readAnswer(args: {
  readonly method: string;
  readonly id: string;
  readonly httpStatus: number;
  readonly body: Buffer;
}): Reading {
  const { method, id, httpStatus, body } = args;
  const members = isUtf8(body) ? readMembers(body.toString('latin1')) : undefined;
  return judgeAnswer({ method, id, httpStatus, members });
}

/** Judges one answer of a node by its members; they are undefined when it is no JSON object. Pure. */
export function judgeAnswer(args: {
  readonly method: string;
  readonly id: string;
  readonly httpStatus: number;
  readonly members: AnswerMembers | undefined;
}): Reading {
  const { method, httpStatus, members } = args;
  const success = httpStatus >= 200 && httpStatus < 300;
  const failed = (reason: FailureReason, message?: string): Reading => ({
    ok: false,
    // A sentence in place of an answer tells rate and capability, but nothing may be blamed on the caller for it.
    class: blameless(judgeError({ method, httpStatus, message, isRpcError: false }).class),
    reason: success ? reason : 'http-status',
  });

  if (!members) return failed('malformed');
  const { id, result, error } = members;
  if (error !== undefined && jsonKind(error) === 'object') {
    if (result !== undefined && result !== 'null') return failed('malformed');
    const answersOurs = id === undefined || id === 'null' || id === args.id;
    if (!answersOurs) return failed('wrong-id');
    const { code, message } = readRpcError(error);
    if (code === undefined && message === undefined) return failed('malformed');
    const judged = judgeError({ method, httpStatus, code, message, isRpcError: true });
    return { ok: false, class: judged.class, reason: 'rpc-error', lack: judged.lack, error };
  }
  const text = error !== undefined && error !== 'null' ? error : members.message;
  if (text !== undefined)
    return failed('malformed', jsonKind(text) === 'string' ? decodeString(text) : undefined);
  if (!success || result === undefined) return failed('malformed');
  if (id !== args.id) return failed('wrong-id');
  return { ok: true, result };
}

function blameless(errorClass: ErrorClass): ErrorClass {
  return errorClass === 'client' || errorClass === 'known' ? 'provider' : errorClass;
}

export interface AnswerMembers {
  id: RawJson | undefined;
  result: RawJson | undefined;
  error: RawJson | undefined;
  /** Of an answer that is no JSON-RPC. */
  message: RawJson | undefined;
}

/** Undefined when the text, each byte one latin1 character, is not one strict JSON object. */
export function readMembers(text: string): AnswerMembers | undefined {
  const members: AnswerMembers = { id: undefined, result: undefined, error: undefined, message: undefined };
  const isObject = eachMember(text, (key, value) => {
    if (key === 'id') members.id = value;
    else if (key === 'result') members.result = value;
    else if (key === 'error') members.error = value;
    else if (key === 'message') members.message = value;
  });
  return isObject ? members : undefined;
}
