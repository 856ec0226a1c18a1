import type { Clock, Timer } from '../core/clock.ts';
import { createDueQueue, type Due, NOWHERE } from '../core/dueQueue.ts';
import { listDifference } from '../core/listDifference.ts';
import { type Ms, ms } from '../core/units.ts';
import type { CancelCall } from '../upstream/outcome.ts';
import type { NetworkRouter, RouteService } from './networkRouter.ts';

/** What follows the networks' services and visits each again and again. */
export interface ServiceFollower {
  /** Visits these services for the router from now on, and no others. */
  follow(router: NetworkRouter, services: readonly RouteService[]): void;
  /** Ends all visits. */
  stop(): void;
}

/** One service as it is visited. Plain and small: there are thousands. */
export interface Visited extends Due {
  readonly router: NetworkRouter;
  /** As it is listed now. */
  service: RouteService;
  /** Ends the visit that is under way; undefined between two of them. */
  cancel: CancelCall | undefined;
  /** It left, or became another one: nothing that is found any more is about it. */
  isGone: boolean;
}

export interface ServiceVisits<Visit extends Visited> {
  /** Who came stays unvisited until it is scheduled. */
  follow(router: NetworkRouter, services: readonly RouteService[]): Followed<Visit>;
  /** The next visit comes after this time; when one is under way, its own end says when. */
  schedule(visit: Visit, pause: Ms): void;
  stop(): void;
}

export interface Followed<Visit> {
  readonly came: readonly Visit[];
  readonly gone: readonly Visit[];
  /** Of this router, those that came too. In no order. */
  readonly all: ReadonlyMap<string, Visit>;
}

export interface ServiceVisitsArgs<Visit extends Visited> {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly create: (router: NetworkRouter, service: RouteService) => Visit;
  /** Whether what is known of a service goes on for it as it is now. */
  readonly isSame: (before: RouteService, now: RouteService) => boolean;
  /**
   * Ends by `done`, called once and never before this has returned, or by being cancelled.
   * @param done with the time until the next visit
   */
  readonly visit: (visit: Visit, done: (pause: Ms) => void) => CancelCall;
}

// After the process was held up many are due: users' calls come in between.
const AT_ONCE = 50;

/**
 * One timer for all services, in place of a loop for each. A service's next visit only when its last has ended, so that
 * a hung service never gathers any.
 */
export function createServiceVisits<Visit extends Visited>(
  args: ServiceVisitsArgs<Visit>,
): ServiceVisits<Visit> {
  const { clock, timer } = args;
  const networks = new Map<NetworkRouter, { listed: readonly RouteService[]; visits: Map<string, Visit> }>();
  const queue = createDueQueue<Visit>();
  let armed: { readonly at: Ms; readonly cancel: () => void } | undefined;

  function arm() {
    const at = queue.nextAt();
    if (at === undefined || (armed !== undefined && armed.at <= at)) return;
    armed?.cancel();
    armed = { at, cancel: timer(ms(Math.max(0, at - clock.now())), wake) };
  }

  function wake() {
    armed = undefined;
    const now = clock.now();
    for (let count = 0; count < AT_ONCE; count += 1) {
      const visit = queue.take(now);
      if (visit === undefined) break;
      start(visit);
    }
    arm();
  }

  function start(visit: Visit) {
    visit.cancel = args.visit(visit, (pause) => {
      visit.cancel = undefined;
      schedule(visit, pause);
    });
  }

  function schedule(visit: Visit, pause: Ms) {
    if (visit.isGone || visit.cancel !== undefined) return;
    queue.put(visit, ms(clock.now() + pause));
    arm();
  }

  function end(visit: Visit) {
    visit.isGone = true;
    queue.remove(visit);
    visit.cancel?.();
  }

  return {
    follow(router, services) {
      const { listed, visits } = networks.get(router) ?? { listed: [], visits: new Map<string, Visit>() };
      const { joined, left } = listDifference(listed, services);
      const leaving = new Set(left.map(({ key }) => key));
      const came: Visit[] = [];
      const gone: Visit[] = [];
      for (const service of joined) {
        const known = visits.get(service.key);
        if (known && args.isSame(known.service, service)) {
          known.service = service;
          leaving.delete(service.key);
          continue;
        }
        const visit = args.create(router, service);
        came.push(visit);
        if (known) gone.push(known);
        leaving.delete(service.key);
        visits.set(service.key, visit);
      }
      for (const key of leaving) {
        const visit = visits.get(key);
        if (visit) gone.push(visit);
        visits.delete(key);
      }
      for (const visit of gone) end(visit);
      if (visits.size > 0) networks.set(router, { listed: services, visits });
      else networks.delete(router);
      return { came, gone, all: visits };
    },
    schedule,
    stop() {
      for (const { visits } of networks.values()) for (const visit of visits.values()) end(visit);
      networks.clear();
      armed?.cancel();
      armed = undefined;
    },
  };
}

/** One that was never visited. */
export function unvisited(router: NetworkRouter, service: RouteService): Visited {
  return { router, service, cancel: undefined, isGone: false, dueAt: ms(0), place: NOWHERE };
}

/** Nothing but what is spoken to matters. */
export function isSameTarget({ target: a }: RouteService, { target: b }: RouteService): boolean {
  return a.url === b.url && a.allowPrivate === b.allowPrivate;
}
