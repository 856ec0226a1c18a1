import { listDifference } from '../core/listDifference.ts';
import type { RouteService } from '../gateway/networkRouter.ts';

/** Who joined and who left between two lists of one network's services. */
export function serviceDifference(now: readonly RouteService[], before: readonly RouteService[]) {
  const { joined, left } = listDifference(before, now);
  const [keysJoined, keysLeft] = [keysOf(joined), keysOf(left)];
  return {
    joined: joined.filter(({ key }) => !keysLeft.has(key)),
    left: left.filter(({ key }) => !keysJoined.has(key)),
  };
}

function keysOf(services: readonly RouteService[]): ReadonlySet<string> {
  return new Set(services.map(({ key }) => key));
}
