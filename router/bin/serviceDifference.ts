import type { RouteService } from '../gateway/networkRouter.ts';

/** Who joined and who left between two lists of one network's services. */
export function serviceDifference(now: readonly RouteService[], before: readonly RouteService[]) {
  const keysNow = new Set(now.map((service) => service.key));
  const keysBefore = new Set(before.map((service) => service.key));
  return {
    joined: now.filter((service) => !keysBefore.has(service.key)),
    left: before.filter((service) => !keysNow.has(service.key)),
  };
}
