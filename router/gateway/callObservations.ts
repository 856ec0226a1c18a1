import type { CallObservation, ObservedCalls, ObservedService } from '../core/callObservation.ts';
import type { Clock, Random } from '../core/clock.ts';
import { placeInReservoir } from '../core/reservoir.ts';
import { ms } from '../core/units.ts';
import { isAlwaysCheap } from '../routing/methods.ts';
import { isTelling, type Question } from '../routing/question.ts';
import { blockNumber } from '../routing/requestedBlock.ts';
import type { UpstreamOutcome } from '../upstream/outcome.ts';
import type { AnsweredAttempt, RouterHooks } from './networkRouter.ts';

/** What users' calls show of the network's services, for a watcher. */
export interface CallObservations extends Required<Pick<RouterHooks, 'onAnswered'>> {
  /** Hands over what was seen since the last time: of each service some, at random. */
  take(): readonly ObservedCalls[];
}

const TAKE_INTERVAL_MS = 1_000;
/** What was measured meanwhile is this process itself. */
const HELD_UP_MS = 200;
/** Of each such time, so that a burst counts for no more than a calm. */
const KEPT_OF_SERVICE = 8;
/** Of one such time; in the next one others come first. */
const MAX_SERVICES = 250;

interface Page extends ObservedService {
  readonly kept: CallObservation[];
  seen: number;
}

export function createCallObservations({
  clock,
  random,
}: {
  readonly clock: Clock;
  readonly random: Random;
}): CallObservations {
  let pages = new Map<string, Page>();

  /** Undefined when there is no room for another service. */
  function pageOf(key: string, url: string): Page | undefined {
    const known = pages.get(key);
    if (known?.url === url) return known;
    if (known === undefined && pages.size >= MAX_SERVICES) return undefined;
    const page = { key, url, kept: [], seen: 0 };
    pages.set(key, page);
    return page;
  }

  function observe({ method }: Question, { state, startedAt, outcome, isCut }: AnsweredAttempt): void {
    const { tier, key, target } = state.service;
    if (tier !== 'network' || outcome === undefined || isCut) return;
    const kind = kindOf(outcome);
    const page = kind && pageOf(key, target.url);
    if (page === undefined || kind === undefined) return;
    const place = placeInReservoir(page.seen, KEPT_OF_SERVICE, random);
    page.seen += 1;
    if (place === undefined) return;
    const { latencyMs } = outcome;
    page.kept[place] = {
      startedAt,
      // Of an answer rather too late than too early: others are measured by what it says.
      endedAt: outcome.ok ? clock.now() : ms(startedAt + latencyMs),
      outcome: kind,
      latencyMs,
      head: outcome.ok && method === 'eth_blockNumber' ? blockNumber(outcome.result) : undefined,
    };
  }

  return {
    onAnswered(question, attempts) {
      if (!isAlwaysCheap(question.method) || isTelling(question)) return;
      for (const attempt of attempts) observe(question, attempt);
    },
    take() {
      const taken = pages;
      pages = new Map();
      return Array.from(taken.values(), ({ key, url, kept }) => ({
        service: { key, url },
        observations: kept,
      }));
    },
  };
}

/** Hands over what was seen, again and again. Returns the function that ends it. */
export function handOverRegularly(
  observations: CallObservations,
  clock: Clock,
  take: (calls: readonly ObservedCalls[]) => void,
): () => void {
  let last = clock.now();
  const timer = setInterval(() => {
    const calls = observations.take();
    const tookMs = clock.now() - last;
    last = clock.now();
    if (tookMs < TAKE_INTERVAL_MS + HELD_UP_MS && calls.length > 0) take(calls);
  }, TAKE_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Undefined when it says nothing about the service: the caller's mistake, too many calls, or what it need not be able to. */
function kindOf(outcome: UpstreamOutcome): CallObservation['outcome'] | undefined {
  if (outcome.ok) return 'ok';
  const { class: errorClass, reason } = outcome;
  // An answer is too large by this gateway's own limit.
  if (errorClass !== 'provider' || reason === 'aborted' || reason === 'too-large') return undefined;
  return reason === 'timeout' ? 'timeout' : 'failed';
}
