import { readRpcError } from '../core/classify.ts';
import { encodeJson, type RawJson } from '../core/rawJson.ts';
import { RPC_CODES } from '../core/rpcError.ts';
import type { UpstreamFailure } from '../upstream/outcome.ts';

export interface FailedAttempt {
  readonly service: string;
  readonly outcome: UpstreamFailure;
  /** The call needs what few have, and the service declares it. */
  readonly isSpecialist: boolean;
}

/**
 * The error of a call that no service could answer, with what happened at each. It names labels and reasons of ours,
 * and of the nodes' words only numbers.
 */
export function failureError(slug: string, failed: readonly FailedAttempt[]): RawJson {
  return nodesAnswer(failed) ?? encodeJson(ownError(summary(slug, failed.length), failed));
}

/** The error of a call that must not be repeated and whose fate is unknown, unless the node told it. */
export function unrepeatableError(slug: string, outcome: UpstreamFailure, service: string): RawJson {
  const message = `the call to ${slug} failed, but it may have been executed: it was not repeated`;
  return outcome.error ?? encodeJson(ownError(message, [{ service, outcome, isSpecialist: false }]));
}

/** All that could answer said that they cannot (no such method, no such state): that is the answer. */
function nodesAnswer(failed: readonly FailedAttempt[]): RawJson | undefined {
  if (failed.some(isStillOpen)) return undefined;
  return failed.find(({ outcome }) => outcome.class === 'capability' && outcome.error)?.outcome.error;
}

/** Some only asked to come back later, and one who has it may know better once it is back. */
function isStillOpen({ outcome, isSpecialist }: FailedAttempt): boolean {
  return outcome.class === 'capacity' || (outcome.class === 'provider' && isSpecialist);
}

function summary(slug: string, count: number): string {
  if (count === 0) return `no service of ${slug} can answer now`;
  return count === 1 ? `the service of ${slug} failed` : `all ${count} services of ${slug} failed`;
}

function ownError(message: string, failed: readonly FailedAttempt[]) {
  const attempts = failed.map(({ service, outcome }) => ({
    service,
    reason: outcome.reason,
    httpStatus: outcome.httpStatus,
    code: outcome.error === undefined ? undefined : readRpcError(outcome.error).code,
  }));
  return { code: RPC_CODES.serverError, message, data: { attempts } };
}
