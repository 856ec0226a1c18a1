import type { ErrorClass } from '../core/errorClass.ts';
import type { Lack } from '../core/errorTable.ts';
import type { RawJson } from '../core/rawJson.ts';
import type { Ms } from '../core/units.ts';

/** One endpoint to speak to. `allowPrivate` is true for own upstreams and development settings only. */
export interface UpstreamTarget {
  readonly url: string;
  readonly allowPrivate: boolean;
  /** Send calls of the same moment as one JSON-RPC batch, where the node takes batches. */
  readonly batch?: boolean;
}

export interface UpstreamCall {
  readonly method: string;
  /** As the client sent it; left out when the client left it out. */
  readonly params?: RawJson | undefined;
  /** It may be executed twice. Then one that met the end of a kept connection is sent once more over another. */
  readonly repeatable?: boolean;
  /** False closes the connection after the answer: no other call to that endpoint will come soon. */
  readonly keep?: boolean;
}

/** Why a call failed, for metrics and messages: bounded, no text of the provider's. */
export type FailureReason =
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'aborted'
  | 'dns'
  | 'tls'
  /** This machine could not reach out: it says nothing about the node. */
  | 'own-machine'
  | 'private-address'
  | 'http-status'
  | 'too-large'
  | 'malformed'
  | 'wrong-id'
  /** Asked for its chain's id first, it named another one. */
  | 'wrong-chain'
  | 'rpc-error';

export type UpstreamOutcome = UpstreamSuccess | UpstreamFailure;

export interface UpstreamSuccess {
  readonly ok: true;
  /** The result's bytes as the node sent them. */
  readonly result: RawJson;
  readonly latencyMs: Ms;
}

export interface UpstreamFailure {
  readonly ok: false;
  readonly class: ErrorClass;
  readonly reason: FailureReason;
  /** What the node cannot, when it said so. */
  readonly lack?: Lack | undefined;
  /** The node's JSON-RPC error object, when it sent one. */
  readonly error?: RawJson;
  readonly httpStatus?: number;
  /** From Retry-After. */
  readonly retryAfterMs?: Ms;
  /** No byte of the call has left: it was certainly not executed. */
  readonly unsent?: true;
  readonly latencyMs: Ms;
}

/** Ends a call that nobody waits for any more; its outcome is `aborted`. Nothing happens when it has ended already. */
export type CancelCall = () => void;

/** Speaks JSON-RPC to endpoints. Every failure is an outcome. */
export interface UpstreamClient {
  /**
   * Calls back once, never before it has returned. In place of a promise and an AbortSignal, which cost more than the
   * call's own bookkeeping.
   */
  start(
    target: UpstreamTarget,
    call: UpstreamCall,
    timeoutMs: Ms,
    done: (outcome: UpstreamOutcome) => void,
  ): CancelCall;
  /** The same for those who are in no hurry. Never rejects. */
  call(
    target: UpstreamTarget,
    call: UpstreamCall,
    options: { readonly timeoutMs: Ms; readonly signal?: AbortSignal },
  ): Promise<UpstreamOutcome>;
  close(): Promise<void>;
}
