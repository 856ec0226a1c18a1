import type { Ms } from '../core/units.ts';
import { isImplausible } from './heads.ts';
import { type Health, isSilent } from './health.ts';
import type { RoutingSettings } from './settings.ts';

/** Why a service should not answer a call now; best first: the order in which they are tried when nobody should. */
export const INELIGIBLE_REASONS = [
  'held-off',
  'behind-block',
  'lagging',
  'breaker-open',
  'silent',
  // One that fails costs time, one on another chain a wrong answer.
  'unverified',
  'implausible-head',
  'lacks-capability',
  'wrong-chain',
] as const;

export type IneligibleReason = (typeof INELIGIBLE_REASONS)[number];

export interface Question {
  /** Bitmap that the service must offer. */
  readonly capabilities: number;
  /** Block that the call names. */
  readonly block: number | undefined;
}

/** The worst reason why the service should not answer; undefined when it may. */
export function ineligibleReason(args: {
  readonly offered: number;
  readonly health: Health;
  readonly question: Question;
  readonly agreedHead: number | undefined;
  readonly settings: RoutingSettings;
  readonly now: Ms;
}): IneligibleReason | undefined {
  const { health, question, agreedHead, settings, now } = args;
  const { head, breaker } = health;
  if (health.chain === 'wrong') return 'wrong-chain';
  if ((args.offered & question.capabilities) !== question.capabilities) return 'lacks-capability';
  if (head && isImplausible(head, agreedHead, settings.maxHeadJump)) return 'implausible-head';
  if (isSilent(health)) return 'silent';
  // Whether it is back is tried by copies of calls and by polls, never by a user's call that others can answer.
  if (breaker.kind !== 'closed') return 'breaker-open';
  if (head && agreedHead !== undefined && agreedHead - head.number > settings.maxLagBlocks) return 'lagging';
  if (head && question.block !== undefined && question.block > Math.max(head.number, health.seenBlock)) {
    return 'behind-block';
  }
  if (now < health.heldUntil) return 'held-off';
  return health.chain === 'unverified' ? 'unverified' : undefined;
}

/**
 * Whether a service may be asked although it is not eligible. One on a wrong chain would answer, and wrongly. When a
 * node has answered that it cannot, only one as healthy may know better: the rest would cost time and say the same.
 */
export function isLastResort(reason: IneligibleReason, among: 'any' | 'able'): boolean {
  if (reason === 'wrong-chain') return false;
  return among === 'any' || reason === 'unverified' || reason === 'held-off';
}
