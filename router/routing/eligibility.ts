import type { Ms } from '../core/units.ts';
import { cannot, refusesMethod, unproven } from './abilities.ts';
import { isImplausible } from './heads.ts';
import { type Health, isSilent } from './health.ts';
import type { Question } from './question.ts';
import type { RoutingSettings } from './settings.ts';

/** Why a service should not answer a call now; best first: the order in which they are tried when nobody should. */
export const INELIGIBLE_REASONS = [
  'held-off',
  // Healthy, and does not say that it can: most of these cannot.
  'undeclared',
  'behind-block',
  'lagging',
  'breaker-open',
  'silent',
  // One that fails costs time, one on another chain a wrong answer.
  'unverified',
  'implausible-head',
  // It said so, or a probe found it, not long ago.
  'lacks-capability',
  'wrong-chain',
] as const;

export type IneligibleReason = (typeof INELIGIBLE_REASONS)[number];

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
  const { head, breaker, abilities } = health;
  if (health.chain === 'wrong') return 'wrong-chain';
  if (abilities.refused.length > 0 && refusesMethod(abilities, question.method, now))
    return 'lacks-capability';
  if (cannot(abilities, question, now)) return 'lacks-capability';
  if (head && isImplausible(head, agreedHead, settings.maxHeadJump)) return 'implausible-head';
  if (isSilent(health)) return 'silent';
  // Whether it is back is tried by copies of calls and by polls, never by a user's call that others can answer.
  if (breaker.kind !== 'closed') return 'breaker-open';
  if (head && agreedHead !== undefined && agreedHead - head.number > settings.maxLagBlocks) return 'lagging';
  if (head && question.block !== undefined && question.block > Math.max(head.number, health.seenBlock)) {
    return 'behind-block';
  }
  if (health.chain === 'unverified') return 'unverified';
  const missing = question.capabilities & ~args.offered;
  if (missing !== 0 && unproven(args.offered, abilities, question) !== 0) return 'undeclared';
  return now < health.heldUntil ? 'held-off' : undefined;
}

/**
 * Whether a service may be asked although it is not eligible. One on a wrong chain would answer, and wrongly. When a
 * node has answered that it cannot, only one as healthy may know better: the rest would cost time and say the same.
 */
export function isLastResort(reason: IneligibleReason, among: 'any' | 'able'): boolean {
  if (reason === 'wrong-chain') return false;
  return among === 'any' || reason === 'undeclared' || reason === 'unverified' || reason === 'held-off';
}
