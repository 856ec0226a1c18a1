import { capabilityNames } from '../core/capability.ts';
import type { Ms } from '../core/units.ts';
import { refusesMethod, unproven } from './abilities.ts';
import { isTrialDue } from './breaker.ts';
import type { IneligibleReason } from './eligibility.ts';
import { presentNumber } from './heads.ts';
import type { Health } from './health.ts';
import { refuses } from './learntLimit.ts';
import type { Question } from './question.ts';
import type { RoutingSettings } from './settings.ts';

/** What `ineligibleReason` decided by, and whose service it is. */
export interface ReasonFacts {
  readonly tier: 'own' | 'network';
  readonly offered: number;
  readonly health: Health;
  readonly question: Question;
  readonly agreedHead: number | undefined;
  readonly settings: RoutingSettings;
  readonly now: Ms;
}

/** A reason in words: sentences of our own, with numbers, and nothing that a service said. */
export interface ReasonText {
  readonly because: string;
  /** What would change it, by itself or by somebody's doing. */
  readonly remedy: string;
}

export function explainReason(reason: IneligibleReason, facts: ReasonFacts): ReasonText {
  const isOwn = facts.tier === 'own';
  switch (reason) {
    case 'held-off':
      return {
        because: `it asked to be left alone for ${span(facts.health.heldUntil - facts.now)} more (rate limit)`,
        remedy: isOwn
          ? 'ends by itself; if it happens often, raise its rate limit or add nodes'
          : 'ends by itself',
      };
    case 'unproven-archive':
      return {
        because: `it does not declare archive, and has not shown a state of ${facts.question.depth} blocks ago yet`,
        remedy: isOwn
          ? 'if it is an archive, say so in its capabilities in the configuration'
          : 'ends when it has shown it: it is probed every few minutes',
      };
    case 'undeclared':
      return {
        because: `it does not declare ${missing(facts)}, and has not shown it yet`,
        remedy: isOwn
          ? 'if it can, say so in its capabilities in the configuration'
          : 'its provider declares it on-chain; it is asked when nobody better is left',
      };
    case 'behind-block':
      return {
        because: `its newest block is ${newest(facts)}, and the call names block ${facts.question.block ?? 'unknown'}`,
        remedy: 'ends as soon as it has that block',
      };
    case 'lagging':
      return {
        because: `it is ${behind(facts)} blocks behind the network, and ${facts.settings.maxLagBlocks} are allowed`,
        remedy: isOwn
          ? 'its node must catch up: look at its peers and its load; the limit is maxHeadLagBlocks'
          : 'ends when it has caught up',
      };
    case 'breaker-open':
      return {
        because: `it failed too often; ${trial(facts)}`,
        remedy: isOwn
          ? 'comes back when a trial succeeds; its last failures are in din_attempts_total'
          : 'comes back when a trial succeeds',
      };
    case 'silent':
      return {
        because: `its last ${facts.health.missedPolls} polls got no answer`,
        remedy: isOwn
          ? 'comes back with the next poll that it answers: see that it runs and that its url is right'
          : 'comes back with the next poll that it answers',
      };
    case 'unverified':
      return {
        because: 'it has not told yet which chain it serves',
        remedy: 'ends with the first poll that it answers',
      };
    case 'implausible-head':
      return {
        because: `it claims block ${facts.health.head?.number ?? 'unknown'}, so far ahead of the network (${facts.agreedHead ?? 'unknown'}) that nobody believes it`,
        remedy: 'ends when it tells a block that others have, or when they have come that far',
      };
    case 'lacks-capability':
      return { because: lack(facts), remedy: 'is tried again some minutes after it was found' };
    case 'wrong-chain':
      return {
        because: 'it serves another chain',
        remedy: isOwn
          ? 'correct its url in the configuration'
          : 'ends when its node tells the right chain id',
      };
  }
}

function newest(facts: ReasonFacts): number {
  return Math.max(present(facts), facts.health.seenBlock);
}

function behind(facts: ReasonFacts): number {
  return (facts.agreedHead ?? 0) - present(facts);
}

function present({ health: { head }, agreedHead }: ReasonFacts): number {
  return head ? presentNumber(head, agreedHead) : 0;
}

function missing({ offered, health, question }: ReasonFacts): string {
  return capabilityNames(unproven(offered, health.abilities, question)).join(', ') || 'what this needs';
}

function lack({ health: { abilities }, question, now }: ReasonFacts): string {
  const { method, logBlocks, depth, capabilities } = question;
  if (refusesMethod(abilities, method, now)) return 'it does not offer this method';
  if (logBlocks > 0 && refuses(abilities.logs, logBlocks, now)) {
    return `it refuses queries for logs of ${logBlocks} blocks`;
  }
  if (depth > 0 && refuses(abilities.depth, depth, now)) {
    return `it does not keep the state of ${depth} blocks ago`;
  }
  return `it was found to lack ${capabilityNames(abilities.lacks & capabilities).join(', ')}`;
}

function trial({ health: { breaker }, now }: ReasonFacts): string {
  if (breaker.kind === 'half-open' && !isTrialDue(breaker, now)) return 'a trial is under way';
  if (breaker.kind === 'closed' || isTrialDue(breaker, now)) return 'a trial is due';
  return `no trial for ${span(breaker.until - now)}`;
}

/** Never less than the truth. */
function span(time: number): string {
  return time < 1_000 ? `${Math.max(0, Math.ceil(time))} ms` : `${Math.ceil(time / 100) / 10} s`;
}
