import { type Ms, ms } from '../core/units.ts';
import type { Among } from '../routing/eligibility.ts';
import type { MethodKind } from '../routing/methods.ts';
import { nextStep } from '../routing/nextStep.ts';
import type { OpinionBudget } from '../routing/opinionBudget.ts';
import type { RoutingSettings } from '../routing/settings.ts';
import type { UpstreamOutcome } from '../upstream/outcome.ts';
import { createDoubt, type Doubt } from './forwardDoubt.ts';
import { unrepeatableError } from './forwardFailure.ts';
import type { HedgeBudget } from './forwardHedge.ts';
import { type CallRun, firstOf, type Running } from './forwardRun.ts';
import type { Answer } from './networkRouter.ts';

export interface ForwardCallArgs {
  readonly slug: string;
  readonly run: CallRun;
  readonly kind: MethodKind;
  readonly settings: RoutingSettings;
  readonly hedges: HedgeBudget;
  readonly opinions: OpinionBudget;
}

/**
 * Asks one service after the other until one answers. A read that stays silent is joined by the next service, and the
 * first answer of any counts; the silent one is not cut off, for a heavy call takes its time everywhere. A result that
 * contradicts what the network is known to have counts only when nobody has a better one.
 */
export async function forwardCall(args: ForwardCallArgs): Promise<Answer> {
  const { run, kind, settings, hedges } = args;
  const running = new Set<Running>();
  let silence: Ms | undefined;
  let doubt: Doubt | undefined;
  const ask = (among: Among) => {
    const next = run.start(among);
    // With nobody left to join, those that run have all the time there is.
    silence = next && kind === 'read' ? hedgeDelay(next, settings, hedges) : undefined;
    if (next) running.add(next);
  };
  hedges.earn();
  ask('any');
  while (running.size > 0) {
    const ended = await firstOf(running, silence ?? patience(doubt, settings));
    if (ended === 'silent') {
      if (silence === undefined) break;
      if (silence < settings.stallMs) hedges.spend();
      ask('join');
      continue;
    }
    running.delete(ended.running);
    const { outcome } = ended;
    switch (nextStep({ kind, outcome, mayBeExecuted: mayBeExecuted(outcome) })) {
      case 'retry':
        ask('any');
        break;
      case 'retry-able':
        ask('able');
        break;
      case 'give-up':
        if (!outcome.ok) {
          return run.error(unrepeatableError(args.slug, outcome, ended.running.state.service.label));
        }
        break;
      default: {
        const review = outcome.ok && kind === 'read' ? run.review(ended.running, outcome.result) : undefined;
        if (review && review.opinions !== 'none') {
          doubt ??= createDoubt(args.opinions);
          if (doubt.add(ended.running, review)) {
            // Who has it may be one who came back since its last poll, or whose breaker is still open.
            ask('any');
            break;
          }
        } else if (doubt !== undefined) {
          // An error is no better than a doubtful answer.
          if (!outcome.ok) break;
          doubt.resolve();
        }
        run.abandonRest(ended.running);
        if (outcome.ok) return run.result(review?.result ?? outcome.result);
        // A client's error always has the node's own words.
        if (outcome.error !== undefined) return run.error(outcome.error);
      }
    }
  }
  const doubtful = doubt?.last();
  if (doubtful === undefined) return run.failure();
  run.abandonRest(doubtful.from);
  return run.result(doubtful.review.result);
}

/** A hung service must not keep an answer back for long, except one that is known to be wrong. */
function patience(doubt: Doubt | undefined, { stallMs }: RoutingSettings): Ms | undefined {
  const opinions = doubt?.last()?.review.opinions;
  return opinions === undefined || opinions === 'all' ? undefined : stallMs;
}

/** A service that is slower than it usually is gets company; one never measured, when anybody would. */
function hedgeDelay({ state }: Running, settings: RoutingSettings, hedges: HedgeBudget): Ms {
  const usual = state.health.latency?.p95Ms;
  if (!hedges.canSpend() || usual === undefined) return settings.stallMs;
  return ms(Math.min(Math.max(usual, settings.minHedgeDelayMs), settings.stallMs));
}

function mayBeExecuted(outcome: UpstreamOutcome): boolean {
  return outcome.ok || outcome.unsent !== true;
}
