import { setTimeout as delay } from 'node:timers/promises';
import { eip155ChainId } from '../core/caip2.ts';
import type { Random } from '../core/clock.ts';
import { type Ms, ms } from '../core/units.ts';
import type { Finding } from '../routing/abilities.ts';
import { RETEST_MS } from '../routing/learntLimit.ts';
import type { UpstreamClient, UpstreamOutcome } from '../upstream/outcome.ts';
import { type AbilityProbe, probesFor, shorterQuery } from './abilityProbe.ts';
import { findingOf } from './learntFrom.ts';
import type { NetworkRouter, RouteService } from './networkRouter.ts';
import { createServiceLoops, isSameTarget, type ServiceLoops } from './serviceLoops.ts';

export interface AbilityProbesArgs {
  readonly upstream: UpstreamClient;
  readonly random: Random;
  /** Between two polls of a service's head. */
  readonly pollIntervalMs: () => Ms;
  readonly timeoutMs: () => Ms;
  /** After the router has taken them. */
  readonly onFindings?: (router: NetworkRouter, key: string, findings: readonly Finding[]) => void;
  /** Rejects when the signal aborts. Replaced in tests. */
  readonly sleep?: (time: Ms, signal: AbortSignal) => Promise<unknown>;
}

// What a probe can find is tried again before it falls due: a user's call does so only where no probe can.
const INTERVAL_MS = ms(0.8 * RETEST_MS);
// After so many polls the head is known, and who does not answer is. The same before one that did not is tried again.
const AFTER_POLLS = 10;
// Of thousands that join at once each comes in its time.
const SPREAD_MS_PER_SERVICE = 10;

/**
 * Asks every service now and then for a little of what it may be able to do: old state and long queries for logs of
 * all, the rest of those that declare it. WebSockets are taken from the declaration. Nobody is blamed for an answer.
 */
export function createAbilityProbes(args: AbilityProbesArgs): ServiceLoops {
  const sleep = args.sleep ?? ((time, signal) => delay(time, undefined, { signal, ref: false }));
  const jittered = (time: number) => ms(time * (0.9 + 0.2 * args.random()));
  const soon = () => AFTER_POLLS * args.pollIntervalMs();
  const counts = new Map<NetworkRouter, number>();
  /** In all networks. */
  let services = 0;

  const ask = ({ target }: RouteService, { question, params }: AbilityProbe, signal: AbortSignal) =>
    args.upstream.call(
      target,
      { method: question.method, params, repeatable: true },
      { timeoutMs: args.timeoutMs(), signal },
    );

  /** What it found, and how long the service is left alone. */
  async function visit(service: RouteService, head: number, signal: AbortSignal) {
    const findings: Finding[] = [];
    const probes = probesFor(service.capabilities, head);
    // The list grows while it is gone through: a query for logs that was refused is halved.
    for (const probe of probes) {
      const outcome = await ask(service, probe, signal);
      const pause = leaveAlone(outcome, probe === probes[0]);
      if (pause !== undefined || signal.aborted) return { findings, pause: Math.max(pause ?? 0, soon()) };
      const finding = findingOf(probe.question, outcome);
      if (finding) findings.push(finding);
      const shorter = finding && shorterQuery(finding, head);
      if (shorter) probes.push(shorter);
    }
    return { findings, pause: INTERVAL_MS };
  }

  const run = async (router: NetworkRouter, service: RouteService, signal: AbortSignal) => {
    // Other namespaces have other methods.
    if (eip155ChainId(router.caip2) === undefined) return;
    let pause = soon() + args.random() * services * SPREAD_MS_PER_SERVICE;
    for (;;) {
      await sleep(ms(pause), signal).catch(() => undefined);
      if (signal.aborted) return;
      const head = router.agreedHead();
      if (head === undefined) {
        pause = jittered(soon());
        continue;
      }
      const visited = await visit(service, head, signal);
      if (signal.aborted) return;
      pause = jittered(visited.pause);
      if (visited.findings.length === 0) continue;
      router.reportFindings(service.key, visited.findings);
      args.onFindings?.(router, service.key, visited.findings);
    }
  };
  const loops = createServiceLoops({
    run,
    isSame: (before, now) => isSameTarget(before, now) && before.capabilities === now.capabilities,
  });
  return {
    follow(router, followed) {
      services += followed.length - (counts.get(router) ?? 0);
      if (followed.length > 0) counts.set(router, followed.length);
      else counts.delete(router);
      loops.follow(router, followed);
    },
    stop: loops.stop,
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
