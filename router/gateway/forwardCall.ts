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
import type { CallRun, Running } from './forwardRun.ts';
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
export function forwardCall(args: ForwardCallArgs): Promise<Answer> {
  const { run, kind, settings, hedges } = args;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let running = 0;
  let isAnswered = false;
  let timer: NodeJS.Timeout | undefined;
  let silence: Ms | undefined;
  let isEarly = false;
  let doubt: Doubt | undefined;

  function ask(among: Among): void {
    const next = run.start(among, onEnded);
    // With nobody left to join, those that run have all the time there is.
    silence = next && kind === 'read' ? hedgeDelay(next, settings, hedges) : undefined;
    isEarly = silence !== undefined && silence < settings.stallMs;
    if (next) running += 1;
  }

  /** Only one that is well: the one at work is, and would not be waited for. */
  function hedge(waited: Ms): void {
    ask('well');
    if (silence !== undefined) {
      hedges.spend();
      return;
    }
    silence = ms(settings.stallMs - waited);
    isEarly = false;
  }

  /** Undefined when the answer is still to come. */
  function step(from: Running, outcome: UpstreamOutcome): Answer | undefined {
    switch (nextStep({ kind, outcome, mayBeExecuted: mayBeExecuted(outcome) })) {
      case 'retry':
        ask('any');
        return undefined;
      case 'retry-able':
        ask(doubt === undefined ? 'able' : 'any');
        return undefined;
      case 'give-up':
        return outcome.ok
          ? undefined
          : run.error(unrepeatableError(args.slug, outcome, from.state.service.label));
      default:
        return answerBy(from, outcome);
    }
  }

  function answerBy(from: Running, outcome: UpstreamOutcome): Answer | undefined {
    const review = outcome.ok && kind === 'read' ? run.review(from, outcome.result) : undefined;
    if (review && review.opinions !== 'none') {
      doubt ??= createDoubt(args.opinions);
      if (doubt.add(from, review)) {
        // Who has it may be one who came back since its last poll, or whose breaker is still open.
        ask('any');
        return undefined;
      }
    } else if (doubt !== undefined) {
      // An error is no better than a doubtful answer, and no opinion about it.
      if (!outcome.ok) {
        ask('any');
        return undefined;
      }
      doubt.resolve();
    }
    end(from);
    if (outcome.ok) return run.result(review?.result ?? outcome.result);
    // A client's error always has the node's own words.
    return outcome.error === undefined ? run.failure() : run.error(outcome.error);
  }

  function lastWord(): Answer {
    const doubtful = doubt?.last();
    if (doubtful === undefined) return run.failure();
    end(doubtful.from);
    return run.result(doubtful.review.result);
  }

  /** Nothing that ends from now on matters. */
  function end(winner: Running): void {
    isAnswered = true;
    run.abandonRest(winner);
  }

  function goOn(answer: Answer | undefined): void {
    clearTimeout(timer);
    if (answer !== undefined || running === 0) {
      isAnswered = true;
      resolve(answer ?? lastWord());
      return;
    }
    const withinMs = silence ?? patience(doubt, settings);
    timer = withinMs === undefined ? undefined : setTimeout(onSilence, Math.ceil(withinMs));
  }

  /** What is thrown on the way would end the process: sockets and timers call. */
  function proceed(next: () => Answer | undefined): void {
    try {
      goOn(next());
    } catch (error) {
      isAnswered = true;
      reject(error);
    }
  }

  function onEnded(from: Running, outcome: UpstreamOutcome): void {
    if (isAnswered) return;
    running -= 1;
    proceed(() => step(from, outcome));
  }

  function onSilence(): void {
    proceed(() => {
      if (silence === undefined) return lastWord();
      if (isEarly) hedge(silence);
      else ask('join');
      return undefined;
    });
  }

  hedges.earn();
  ask('any');
  goOn(undefined);
  return promise;
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
