import { eip155ChainId } from '../core/caip2.ts';
import type { Clock, Random, Timer } from '../core/clock.ts';
import type { RawJson } from '../core/rawJson.ts';
import { type Ms, ms } from '../core/units.ts';
import type { UpstreamCall, UpstreamClient, UpstreamOutcome } from '../upstream/outcome.ts';
import type { RosterChange } from './dutyRoster.ts';
import type { HeadReport, NetworkRouter } from './networkRouter.ts';
import { createPollPlan } from './pollPlan.ts';
import {
  createServiceVisits,
  isSameTarget,
  type ServiceFollower,
  unvisited,
  type Visited,
} from './serviceVisits.ts';

export interface HeadPollerArgs {
  readonly upstream: UpstreamClient;
  readonly random: Random;
  /** The time between two polls of a service, unless there are thousands; see `PollPlan`. */
  readonly intervalMs: () => Ms;
  readonly timeoutMs: () => Ms;
  /** After the router has taken it. */
  readonly onReport?: (router: NetworkRouter, key: string, report: HeadReport) => void;
  /** After the router has taken it. */
  readonly onDuty?: (router: NetworkRouter, key: string, isOnDuty: boolean) => void;
  readonly clock: Clock;
  readonly timer: Timer;
}

interface Poll extends Visited {
  readonly chainId: number;
  /** Polls until the chain id is asked for again. */
  trust: number;
  /** The last head, unless it failed since. */
  before: number | undefined;
  isOnDuty: boolean;
  isWell: boolean;
}

// Longest Retry-After that keeps a service unpolled: a stranger chooses it.
const MAX_PAUSE_MS = ms(60_000);
const TRUSTED_POLLS = 10;
const JUMP_BLOCKS = 64;

const HEAD = question('eth_blockNumber');
const CHAIN = question('eth_chainId');

/**
 * Asks services for their newest block, and for their chain id at first, after each failure or jump, and every some
 * polls: what stands behind a URL may be replaced. A service's next poll only when its last has ended, so that a hung
 * service never gathers polls. Where there is no traffic to copy these polls also try whether a failed service is back.
 */
export function createHeadPoller(args: HeadPollerArgs): ServiceFollower {
  const { upstream, random, clock, timer } = args;
  const plan = createPollPlan<Poll>({ clock, random, intervalMs: args.intervalMs });
  const visits = createServiceVisits<Poll>({
    ...{ clock, timer, isSame: isSameTarget },
    create: (router, service) => {
      const chainId = eip155ChainId(router.caip2) ?? 0;
      const fresh = { chainId, trust: 0, before: undefined, isOnDuty: false, isWell: true };
      return { ...unvisited(router, service), ...fresh };
    },
    // One after the other, over one connection: a second one for each of thousands is not worth the time that it saves.
    visit(poll, done) {
      const isLast = poll.trust > 0;
      let cancel = ask(poll, HEAD, isLast, (head) => {
        const isAskedForChain = head.ok && (!isLast || isJump(head, poll.before));
        // In this moment the connection is not free yet.
        if (isAskedForChain) queueMicrotask(() => askForChain(head));
        else end(head, undefined);
      });
      function askForChain(head: UpstreamOutcome) {
        if (!poll.isGone) cancel = ask(poll, CHAIN, true, (chain) => end(head, chain));
      }
      function end(head: UpstreamOutcome, chain: UpstreamOutcome | undefined) {
        if (!poll.isGone) done(take(poll, head, chain));
      }
      return () => cancel();
    },
  });

  /** @param isLast of this poll's questions, for all that is known */
  function ask(
    poll: Poll,
    { kept, once }: Question,
    isLast: boolean,
    done: (outcome: UpstreamOutcome) => void,
  ) {
    const call = isLast && !plan.isOften(poll) ? once : kept;
    return upstream.start(poll.service.target, call, args.timeoutMs(), done);
  }

  /** @returns the time until the next poll */
  function take(poll: Poll, head: UpstreamOutcome, chain: UpstreamOutcome | undefined): Ms {
    const { router, service } = poll;
    const report = headReport(head, chain, poll.chainId);
    if (chain) poll.trust = TRUSTED_POLLS;
    poll.trust = report.ok && report.chainIdOk ? poll.trust - 1 : 0;
    poll.before = report.ok ? report.number : undefined;
    poll.isWell = router.reportHead(service.key, report) === undefined;
    args.onReport?.(router, service.key, report);
    change(plan.review(poll));
    return ms(Math.max(pauseOf(head), chain ? pauseOf(chain) : 0, plan.pauseAfter(poll)));
  }

  function change({ entered, left }: RosterChange<Poll>) {
    for (const poll of entered) {
      setOnDuty(poll, true);
      visits.schedule(poll, ms(0));
    }
    for (const poll of left) setOnDuty(poll, false);
  }

  function setOnDuty({ router, service }: Poll, isOnDuty: boolean) {
    router.setOnDuty(service.key, isOnDuty);
    args.onDuty?.(router, service.key, isOnDuty);
  }

  return {
    follow(router, services) {
      // Other namespaces have other methods: their services are served without a known head.
      if (eip155ChainId(router.caip2) === undefined) return;
      const { came, all } = visits.follow(router, services);
      const changed = plan.assign(router, all.values());
      for (const poll of came) visits.schedule(poll, plan.firstPause(poll));
      change(changed);
    },
    stop: visits.stop,
  };
}

interface Question {
  readonly kept: UpstreamCall;
  /** Over a connection that nobody will have a use for soon. */
  readonly once: UpstreamCall;
}

function question(method: string): Question {
  const kept = { method, params: '[]' as RawJson, repeatable: true };
  return { kept, once: { ...kept, keep: false } };
}

/** Whether a head is further from the last one than a chain goes between two polls. */
function isJump(head: UpstreamOutcome, before: number | undefined): boolean {
  const number = head.ok ? quantity(head.result) : undefined;
  return number !== undefined && before !== undefined && Math.abs(number - before) > JUMP_BLOCKS;
}

/** What two answers say about a service. @param chain undefined when the chain id is already known to be right */
export function headReport(
  head: UpstreamOutcome,
  chain: UpstreamOutcome | undefined,
  expectedChainId: number,
): HeadReport {
  if (chain?.ok === false) return { ok: false, class: chain.class };
  if (!head.ok) return { ok: false, class: head.class };
  const number = quantity(head.result);
  const chainId = chain ? quantity(chain.result) : expectedChainId;
  if (number === undefined || chainId === undefined) return { ok: false, class: 'provider' };
  return { ok: true, number, chainIdOk: chainId === expectedChainId };
}

/** `"0x1a"` as a number; undefined for all that is no quantity or not exact as a number. */
function quantity(raw: RawJson): number | undefined {
  const match = /^\s*"(0x[0-9a-fA-F]{1,14})"\s*$/.exec(raw);
  const value = Number(match?.[1]);
  return Number.isSafeInteger(value) ? value : undefined;
}

function pauseOf(outcome: UpstreamOutcome): number {
  return outcome.ok ? 0 : Math.min(outcome.retryAfterMs ?? 0, MAX_PAUSE_MS);
}
