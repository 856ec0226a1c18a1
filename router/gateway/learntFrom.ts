import { readRpcError } from '../core/classify.ts';
import type { Ms } from '../core/units.ts';
import { type Finding, learnt } from '../routing/abilities.ts';
import type { Health } from '../routing/health.ts';
import { toldLogBlocks } from '../routing/logRange.ts';
import { isTelling, type Question } from '../routing/question.ts';
import type { UpstreamOutcome } from '../upstream/outcome.ts';

/** What one answer shows about what a service can; undefined when nothing. */
export function findingOf(question: Question, outcome: UpstreamOutcome): Finding | undefined {
  // A `null` shows nothing: nodes without a block have it for all that is in it.
  if (outcome.ok)
    return isTelling(question) && outcome.result !== 'null' ? { question, able: true } : undefined;
  const { lack } = outcome;
  if (lack !== 'range') return lack && { question, able: false, lack };
  const message = outcome.error === undefined ? undefined : readRpcError(outcome.error).message;
  const told = toldLogBlocks(message, question.logBlocks);
  if (told === undefined) return undefined;
  return { question, able: false, lack, ...(told !== 'unknown' && { logLimit: told }) };
}

/** With what an answer to a user shows. A method alone says nothing: nobody may have it. */
export function learntFrom(health: Health, question: Question, outcome: UpstreamOutcome, now: Ms): Health {
  if (outcome.ok ? !isTelling(question) : outcome.lack === undefined || outcome.lack === 'method')
    return health;
  const finding = findingOf(question, outcome);
  const abilities = finding ? learnt(health.abilities, finding, now) : health.abilities;
  return abilities === health.abilities ? health : { ...health, abilities };
}
