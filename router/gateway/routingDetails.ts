import type { Clock } from '../core/clock.ts';
import type { ClientCall } from '../core/jsonRpc.ts';
import { methodTraits } from '../routing/methods.ts';
import type { Answer, Attempt } from './networkRouter.ts';

/** The request header that asks for them: `x-din-details: 1`. */
export const DETAILS_HEADER = 'x-din-details';

// Browsers hide what is not named.
const EXPOSED = 'x-din-service, x-din-attempts, x-din-hedged, x-din-parts, server-timing';

/** What a client that asked learns of its calls' way. */
export interface Details {
  /** Of a call that is asked now. */
  note(call: ClientCall, asked: Promise<Answer>): Promise<Answer>;
  /** Header names and values in turn; undefined when no call was made. */
  headers(isBatch: boolean): readonly string[] | undefined;
}

export function createDetails(clock: Clock): Details {
  const beganAt = clock.now();
  const calls: RoutedCall[] = [];
  return {
    async note({ method }, asked) {
      const answer = await asked;
      calls.push({ method, attempts: answer.attempts, parts: answer.parts });
      return answer;
    },
    headers: (isBatch) =>
      calls.length === 0 ? undefined : detailHeaders(calls, isBatch ? undefined : clock.now() - beganAt),
  };
}

export interface RoutedCall {
  readonly method: string;
  readonly attempts: readonly Attempt[];
  readonly parts?: number | undefined;
}

/**
 * Who answered, how many attempts, whether one was joined by another, and where the time went; of a batch the sums.
 * @param elapsedMs from the request to its answer; undefined for a batch
 */
export function detailHeaders(calls: readonly RoutedCall[], elapsedMs: number | undefined): string[] {
  const attempts = calls.reduce((sum, call) => sum + call.attempts.length, 0);
  const hedged = calls.filter(isHedged).length;
  const headers = ['access-control-expose-headers', EXPOSED];
  headers.push('x-din-attempts', String(attempts), 'x-din-hedged', String(hedged));
  const parts = calls.reduce((sum, call) => sum + (call.parts ?? 0), 0);
  if (parts > 0) headers.push('x-din-parts', String(parts));
  const [call] = calls;
  if (call === undefined || elapsedMs === undefined) return headers;
  const service = call.attempts.findLast(hasAnswered)?.service;
  // Parts of one call are answered by several.
  if (service !== undefined && parts === 0) headers.push('x-din-service', headerText(service));
  const upstreamMs = timeCovered(call.attempts);
  const gatewayMs = Math.max(0, elapsedMs - upstreamMs);
  headers.push('server-timing', `upstream;dur=${rounded(upstreamMs)}, gateway;dur=${rounded(gatewayMs)}`);
  return headers;
}

/** A transaction goes to several from the start, and parts of a call run side by side: that is no hedge. */
function isHedged({ method, attempts }: RoutedCall): boolean {
  if (methodTraits(method).kind !== 'read') return false;
  return attempts.some((attempt, i) =>
    attempts.slice(0, i).some((before) => before.part === attempt.part && endOf(before) > attempt.afterMs),
  );
}

/** Its words are the client's answer: a result, or an error of the client's own. */
function hasAnswered({ reason, class: of }: Attempt): boolean {
  return reason === 'ok' || of === 'client';
}

/** Attempts may overlap: time in which two ran counts once. They stand in the order of their beginnings. */
function timeCovered(attempts: readonly Attempt[]): number {
  let covered = 0;
  let until = 0;
  for (const attempt of attempts) {
    covered += Math.max(0, endOf(attempt) - Math.max(until, attempt.afterMs));
    until = Math.max(until, endOf(attempt));
  }
  return covered;
}

function endOf({ afterMs, latencyMs }: Attempt): number {
  return afterMs + latencyMs;
}

function rounded(time: number): string {
  return (Math.round(time * 100) / 100).toString();
}

/** Labels have an ellipsis, which no header can carry. */
function headerText(label: string): string {
  return label.replaceAll('…', '...');
}
