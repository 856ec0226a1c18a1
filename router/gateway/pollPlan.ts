import type { Clock, Random } from '../core/clock.ts';
import { type Ms, ms } from '../core/units.ts';
import {
  createDutyRoster,
  type DutyRoster,
  LARGEST_ROSTER,
  type RosterChange,
  type RosterMember,
} from './dutyRoster.ts';
import type { NetworkRouter, RouteService } from './networkRouter.ts';

/** A service that is polled. */
export interface Planned extends RosterMember {
  readonly router: NetworkRouter;
  readonly service: Pick<RouteService, 'tier' | 'capabilities'>;
}

/**
 * How often each service is polled, so that thousands cost one process no more than a bounded number of polls a second:
 * own nodes as often as configured, and so are the network's while they are not too many. Of a large network those on
 * duty are, and the others in turn at a low rate.
 */
export interface PollPlan<Poll extends Planned> {
  /** These are all that the router has. */
  assign(router: NetworkRouter, all: Iterable<Poll>): RosterChange<Poll>;
  review(poll: Poll): RosterChange<Poll>;
  isOften(poll: Poll): boolean;
  /** From the end of a poll to the next one. */
  pauseAfter(poll: Poll): Ms;
  /** To the first poll of one that has just come. Each asked for has its place in a line. */
  firstPause(poll: Poll): Ms;
}

// With a thousand kept connections, a tenth of a processor.
const OFTEN_PER_MS = 1;
const MOST_ON_DUTY = 1_000;
const LEAST_ROSTER = 16;
// Over a connection that is opened for it. Of 10,000 each has its turn within two minutes.
const SELDOM_PER_MS = 0.1;
// A small gateway is ready at once. Of thousands, as when the set is loaded, each comes in its time: a connection costs
// both sides some work, and users' calls must not wait for all of them.
const FIRST_AT_ONCE = 100;

interface PlannedNetwork<Poll> {
  readonly roster: DutyRoster<Poll>;
  /** Of the network: they are not the operator's own. */
  strangers: number;
}

export function createPollPlan<Poll extends Planned>(args: {
  readonly clock: Clock;
  readonly random: Random;
  readonly intervalMs: () => Ms;
}): PollPlan<Poll> {
  const { clock, random, intervalMs } = args;
  const networks = new Map<NetworkRouter, PlannedNetwork<Poll>>();
  let often = 0;
  let seldom = 0;
  const nextFirst = { often: Number.NEGATIVE_INFINITY, seldom: Number.NEGATIVE_INFINITY };

  const rosterSize = () => {
    const fair = Math.floor(MOST_ON_DUTY / Math.max(networks.size, 1));
    return Math.min(LARGEST_ROSTER, Math.max(LEAST_ROSTER, fair));
  };

  function isOften({ router, service, isOnDuty }: Poll): boolean {
    return isOnDuty || service.tier === 'own' || (networks.get(router)?.strangers ?? 0) <= LARGEST_ROSTER;
  }

  function intervalOf(poll: Poll): number {
    const configured = intervalMs();
    if (poll.service.tier === 'own') return configured;
    return Math.max(configured, isOften(poll) ? often / OFTEN_PER_MS : seldom / SELDOM_PER_MS);
  }

  function count() {
    const all = [...networks.values()];
    const oftenOf = ({ strangers }: PlannedNetwork<Poll>) =>
      strangers > LARGEST_ROSTER ? rosterSize() : strangers;
    often = all.reduce((sum, network) => sum + oftenOf(network), 0);
    seldom = all.reduce((sum, network) => sum + network.strangers, 0) - often;
  }

  return {
    assign(router, all) {
      const strangers = [...all].filter(({ service }) => service.tier === 'network');
      const roster = networks.get(router)?.roster ?? createDutyRoster<Poll>({ random, size: rosterSize });
      if (strangers.length > 0) networks.set(router, { roster, strangers: strangers.length });
      else networks.delete(router);
      count();
      return roster.assign(strangers);
    },
    review(poll) {
      return networks.get(poll.router)?.roster.review(poll, clock.now()) ?? { entered: [], left: [] };
    },
    isOften,
    pauseAfter: (poll) => ms(intervalOf(poll) * (0.9 + 0.2 * random())),
    firstPause(poll) {
      const now = clock.now();
      if (isOften(poll)) {
        nextFirst.often = Math.max(nextFirst.often, now - FIRST_AT_ONCE / OFTEN_PER_MS) + 1 / OFTEN_PER_MS;
        return ms(Math.max(nextFirst.often - now, 0));
      }
      // Once it is known where the network stands.
      nextFirst.seldom = Math.max(nextFirst.seldom, now + intervalMs()) + 1 / SELDOM_PER_MS;
      return ms(nextFirst.seldom - now);
    },
  };
}
