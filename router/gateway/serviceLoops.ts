import type { NetworkRouter, RouteService } from './networkRouter.ts';

/** One loop for each service of each network, as long as the service is there and what matters of it stays the same. */
export interface ServiceLoops {
  /** Runs these services' loops for the router from now on, and no others. */
  follow(router: NetworkRouter, services: readonly RouteService[]): void;
  /** Ends all loops. */
  stop(): void;
}

export interface ServiceLoopsArgs {
  /** Until the signal aborts; what else it throws is a fault of ours. */
  readonly run: (router: NetworkRouter, service: RouteService, signal: AbortSignal) => Promise<void>;
  /** Whether a loop that runs may go on for the service as it is now. */
  readonly isSame: (before: RouteService, now: RouteService) => boolean;
}

interface Loop {
  readonly service: RouteService;
  readonly abort: AbortController;
}

export function createServiceLoops(args: ServiceLoopsArgs): ServiceLoops {
  const following = new Map<NetworkRouter, Map<string, Loop>>();
  return {
    follow(router, services) {
      const before = following.get(router) ?? new Map<string, Loop>();
      const now = new Map<string, Loop>();
      for (const service of services) {
        const running = before.get(service.key);
        if (running && args.isSame(running.service, service)) {
          now.set(service.key, running);
          before.delete(service.key);
        } else {
          const abort = new AbortController();
          now.set(service.key, { service, abort });
          void args.run(router, service, abort.signal);
        }
      }
      for (const { abort } of before.values()) abort.abort();
      if (now.size > 0) following.set(router, now);
      else following.delete(router);
    },
    stop() {
      for (const loops of following.values()) for (const { abort } of loops.values()) abort.abort();
      following.clear();
    },
  };
}

/** Nothing but what is spoken to matters. */
export function isSameTarget({ target: a }: RouteService, { target: b }: RouteService): boolean {
  return a.url === b.url && a.allowPrivate === b.allowPrivate;
}
