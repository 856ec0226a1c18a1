import { CAPABILITY_BITS } from '../core/capability.ts';
import type { Ms } from '../core/units.ts';
import { cannot, unproven } from './abilities.ts';
import { isImplausible, presentNumber } from './heads.ts';
import { type Health, isSilent } from './health.ts';
import type { Question } from './question.ts';
import type { RoutingSettings } from './settings.ts';

/** Why a service should not answer a call now; best first: the order in which they are tried when nobody should. */
export const INELIGIBLE_REASONS = [
  // Healthy, but nobody knows whether it keeps a state so old.
  'unproven-archive',
  'held-off',
  'behind-block',
  'lagging',
  'breaker-open',
  'silent',
  // It does not say that it can: most of these cannot.
  'undeclared',
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
  if (cannot(abilities, question, now)) return 'lacks-capability';
  if (head && isImplausible(head, agreedHead, settings.maxHeadJump)) return 'implausible-head';
  const missing = question.capabilities & ~args.offered;
  const unshown = missing === 0 ? 0 : unproven(args.offered, abilities, question);
  if ((unshown & ~CAPABILITY_BITS.archive) !== 0) return 'undeclared';
  if (isSilent(health)) return 'silent';
  // Whether it is back is tried by copies of calls and by polls, never by a user's call that others can answer.
  if (breaker.kind !== 'closed') return 'breaker-open';
  if (head !== undefined) {
    const number = presentNumber(head, agreedHead);
    if (agreedHead !== undefined && agreedHead - number > settings.maxLagBlocks) return 'lagging';
    if (question.block !== undefined && question.block > Math.max(number, health.seenBlock))
      return 'behind-block';
  }
  if (health.chain === 'unverified') return 'unverified';
  if (now < health.heldUntil) return 'held-off';
  return unshown === 0 ? undefined : 'unproven-archive';
}

/**
 * Who is asked next: `any` that may help; `join`: beside one that is still at work; `well`: beside one that will most
 * likely answer; `able`: after a node has answered that it cannot, for which only others as healthy may know better: the
 * rest would cost time and say the same.
 */
export type Among = 'any' | 'join' | 'well' | 'able';

/** Whether a service may be asked although it is not eligible. One on a wrong chain would answer, and wrongly. */
export function isLastResort(reason: IneligibleReason, among: Among, health: Health): boolean {
  if (reason === 'wrong-chain' || among === 'well') return false;
  if (among === 'any') return true;
  if (among === 'join') return !isLongShot(reason);
  // What was learnt may have changed since: one that lacked it is asked after all others.
  return ABLE.has(reason) && health.breaker.kind === 'closed' && !isSilent(health);
}

const ABLE: ReadonlySet<IneligibleReason> = new Set<IneligibleReason>([
  'unproven-archive',
  'held-off',
  'undeclared',
  'unverified',
  'lacks-capability',
]);

/** Most likely it will answer that it cannot. */
export function isLongShot(reason: IneligibleReason): boolean {
  return reason === 'undeclared' || reason === 'lacks-capability';
}
