import { isNonceUsed } from '../core/classify.ts';
import { encodeJson, type RawJson } from '../core/rawJson.ts';
import type { Ms } from '../core/units.ts';
import type { Among } from '../routing/eligibility.ts';
import { nextStep } from '../routing/nextStep.ts';
import type { RoutingSettings } from '../routing/settings.ts';
import type { UpstreamOutcome } from '../upstream/outcome.ts';
import type { CallRun, Running } from './forwardRun.ts';
import type { Answer } from './networkRouter.ts';

interface Ended {
  readonly from: Running;
  readonly outcome: UpstreamOutcome;
}

export interface SendTransactionArgs {
  readonly run: CallRun;
  /** Computed from the transaction itself; undefined when it is none. */
  readonly hash: string | undefined;
  readonly settings: RoutingSettings;
  /** Whether a service knows the transaction, within the time given. */
  readonly isOnChain: (hash: string, withinMs: Ms) => Promise<boolean>;
}

/**
 * Sends a signed transaction to several services at once: the chain takes it once, and one that drops it does no
 * harm. The first acceptance is the answer, and the others go on. It is refused only when nobody took it.
 */
export async function sendTransaction(args: SendTransactionArgs): Promise<Answer> {
  const { run, hash, settings } = args;
  const running = new Map<Running, Promise<Ended>>();
  const refusals: RawJson[] = [];
  let otherHash: RawJson | undefined;
  let canJoin = true;
  const ask = (among: Among) => {
    const { promise, resolve } = Promise.withResolvers<Ended>();
    const next = run.start(among, (from, outcome) => resolve({ from, outcome }));
    if (next) running.set(next, promise);
    else if (among === 'any') canJoin = false;
  };
  for (let sent = 0; sent < settings.sendFanout && canJoin; sent += 1) {
    ask(sent < LEAST_SENT ? 'any' : 'well');
  }

  while (running.size > 0) {
    const isDecided = refusals.length > 0 || otherHash !== undefined;
    const ended = await firstOf(running.values(), isDecided || canJoin ? settings.stallMs : undefined);
    if (ended === 'silent') {
      // A hung service must not keep an answer back for long.
      if (isDecided) break;
      ask('any');
      continue;
    }
    running.delete(ended.from);
    const { outcome } = ended;
    const step = nextStep({ kind: 'send', outcome, mayBeExecuted: true });
    if (outcome.ok) {
      if (hash === undefined || outcome.result.toLowerCase() === `"${hash}"`)
        return run.result(outcome.result);
      // Chains with other hashes exist, and so do liars: ask the others first.
      otherHash ??= outcome.result;
    } else if (step === 'known' && hash !== undefined) return run.result(encodeJson(hash));
    else if (step === 'retry') ask('any');
    else if (step === 'retry-able') ask('able');
    else if (outcome.error !== undefined) refusals.push(outcome.error);
  }

  if (otherHash !== undefined) return run.result(otherHash);
  const [refusal] = refusals;
  if (refusal === undefined) return run.failure();
  // The nonce may have been used by this very transaction, whose acceptance never reached us.
  const mayBeOurs = hash !== undefined && refusals.some(isNonceUsed);
  if (mayBeOurs && (await args.isOnChain(hash, run.remainingMs()))) return run.result(encodeJson(hash));
  return run.error(refusal);
}

// One alone may lose it. More of those that are not well would only keep a refusal waiting.
const LEAST_SENT = 2;

/** The first of the attempts to end, or `silent` when none does within the time. */
function firstOf(attempts: Iterable<Promise<Ended>>, withinMs: Ms | undefined): Promise<Ended | 'silent'> {
  return new Promise((resolve) => {
    const timer =
      withinMs === undefined ? undefined : setTimeout(resolve, Math.ceil(withinMs), 'silent' as const);
    for (const attempt of attempts) {
      void attempt.then((ended) => {
        clearTimeout(timer);
        resolve(ended);
      });
    }
  });
}
