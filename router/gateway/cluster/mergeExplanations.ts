import { compareExplained, type ExplainedService, type RouteExplanation } from '../routeExplanation.ts';

/**
 * One call as several workers would route it, each by its own knowledge, all taking equal parts of the calls: shares,
 * latencies and costs are means, calls in flight sums, and a service is eligible as long as one of them may ask it.
 * @param polled as the primary knows it, which makes no calls of users: for want of workers
 */
export function mergeExplanations(
  polled: RouteExplanation,
  workers: readonly RouteExplanation[],
): RouteExplanation {
  if (workers.length === 0) return polled;
  const byKey = Map.groupBy(
    workers.flatMap(({ services }) => services),
    ({ key }) => key,
  );
  const services = Array.from(byKey.values(), (views) => mergeServices(views, workers.length));
  return {
    ...polled,
    processes: workers.length,
    // They learn by their own calls.
    logs: workers.find(({ logs }) => logs?.limit !== undefined)?.logs ?? polled.logs,
    services: services.sort(compareExplained),
  };
}

/** @param processes more than the views when the service has just come or is about to leave */
function mergeServices(views: readonly ExplainedService[], processes: number): ExplainedService {
  const [best] = views.toSorted(compareExplained);
  if (best === undefined) throw new RangeError('a service that no worker knows');
  const sum = (pick: (view: ExplainedService) => number) =>
    views.reduce((total, view) => total + pick(view), 0);
  const mean = (pick: (view: ExplainedService) => number) => sum(pick) / views.length;
  return {
    ...best,
    // Where it is not eligible, also when it is elsewhere.
    text: views.find(({ text }) => text !== undefined)?.text,
    eligibleIn: sum((view) => view.eligibleIn),
    share: sum((view) => view.share) / processes,
    tierShare: sum((view) => view.tierShare) / processes,
    cost: mean((view) => view.cost),
    weight: mean((view) => view.weight),
    expectedMs: mean((view) => view.expectedMs),
    inFlight: sum((view) => view.inFlight),
    slowStart: mean((view) => view.slowStart),
    lagFactor: mean((view) => view.lagFactor),
  };
}
