import { eip155ChainId } from '../core/caip2.ts';
import type { Clock, Random, Timer } from '../core/clock.ts';
import { type Ms, ms } from '../core/units.ts';
import type { Finding } from '../routing/abilities.ts';
import { RETEST_MS } from '../routing/learntLimit.ts';
import type { UpstreamClient, UpstreamOutcome } from '../upstream/outcome.ts';
import { type AbilityProbe, probesFor, shorterQuery } from './abilityProbe.ts';
import { findingOf } from './learntFrom.ts';
import type { NetworkRouter, RouteService } from './networkRouter.ts';
import {
  createServiceVisits,
  isSameTarget,
  type ServiceFollower,
  unvisited,
  type Visited,
} from './serviceVisits.ts';

export interface AbilityProbesArgs {
  readonly upstream: UpstreamClient;
  readonly random: Random;
  /** Between two polls of a service's head. */
  readonly pollIntervalMs: () => Ms;
  readonly timeoutMs: () => Ms;
  /** After the router has taken them. */
  readonly onFindings?: (router: NetworkRouter, key: string, findings: readonly Finding[]) => void;
  readonly clock: Clock;
  readonly timer: Timer;
}

// What a probe can find is tried again before it falls due: a user's call does so only where no probe can.
const INTERVAL_MS = ms(0.8 * RETEST_MS);
// After so many polls the head is known, and who does not answer is. The same before one that did not is tried again.
const AFTER_POLLS = 10;
// Of thousands that join at once each comes in its time. Of 10,000 that takes no longer than one interval.
const MS_PER_FIRST_PROBE = 40;

/**
 * Asks every service now and then for a little of what it may be able to do: old state and long queries for logs of
 * all, the rest of those that declare it. WebSockets are taken from the declaration. Nobody is blamed for an answer.
 */
export function createAbilityProbes(args: AbilityProbesArgs): ServiceFollower {
  const { clock, timer } = args;
  const jittered = (time: number) => ms(time * (0.9 + 0.2 * args.random()));
  const soon = () => AFTER_POLLS * args.pollIntervalMs();

  const ask = (
    { target }: RouteService,
    { question, params }: AbilityProbe,
    keep: boolean,
    signal: AbortSignal,
  ) =>
    args.upstream.call(
      target,
      { method: question.method, params, repeatable: true, keep },
      { timeoutMs: args.timeoutMs(), signal },
    );

  /** What it found, and how long the service is left alone. */
  async function probe(service: RouteService, head: number, signal: AbortSignal) {
    const findings: Finding[] = [];
    const probes = probesFor(service.capabilities, head);
    // The list grows while it is gone through: a query for logs that was refused is halved.
    for (const probe of probes) {
      const outcome = await ask(service, probe, probe !== probes.at(-1), signal);
      const pause = leaveAlone(outcome, probe === probes[0]);
      if (pause !== undefined || signal.aborted) return { findings, pause: Math.max(pause ?? 0, soon()) };
      const finding = findingOf(probe.question, outcome);
      if (finding) findings.push(finding);
      const shorter = finding && shorterQuery(finding, head);
      if (shorter) probes.push(shorter);
    }
    return { findings, pause: INTERVAL_MS };
  }

  /** @returns how long the service is left alone then */
  async function visit({ router, service }: Visited, signal: AbortSignal): Promise<Ms> {
    const head = router.agreedHead();
    if (head === undefined) return jittered(soon());
    const { findings, pause } = await probe(service, head, signal);
    if (findings.length > 0 && !signal.aborted) {
      router.reportFindings(service.key, findings);
      args.onFindings?.(router, service.key, findings);
    }
    return jittered(pause);
  }

  const visits = createServiceVisits<Visited>({
    ...{ clock, timer, create: unvisited },
    isSame: (before, now) => isSameTarget(before, now) && before.capabilities === now.capabilities,
    visit(visited, done) {
      const abort = new AbortController();
      void visit(visited, abort.signal).then(done);
      return () => abort.abort();
    },
  });
  let nextFirst = ms(0);
  return {
    follow(router, services) {
      // Other namespaces have other methods.
      if (eip155ChainId(router.caip2) === undefined) return;
      for (const visited of visits.follow(router, services).came) {
        const now = clock.now();
        nextFirst = ms(Math.max(nextFirst, now) + MS_PER_FIRST_PROBE);
        visits.schedule(visited, ms(soon() + nextFirst - now));
      }
    },
    stop: visits.stop,
  };
}

/** How long a service asks to be left alone, 0 when it does not answer; undefined when the visit goes on. */
function leaveAlone(outcome: UpstreamOutcome, isFirst: boolean): number | undefined {
  if (outcome.ok) return undefined;
  // Later ones ask for more, and may take too long where all else is well.
  if (outcome.class === 'provider') return isFirst ? 0 : undefined;
  if (outcome.class !== 'capacity') return undefined;
  return Math.min(outcome.retryAfterMs ?? 0, INTERVAL_MS);
}
