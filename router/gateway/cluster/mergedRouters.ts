import type { RouterView } from '../status.ts';
import { mergeViews } from './mergeViews.ts';
import type { WorkerReport } from './messages.ts';

/** The networks as all workers know them together. */
export function mergedRouters(
  routers: readonly RouterView[],
  reports: readonly Pick<WorkerReport, 'networks'>[],
): readonly RouterView[] {
  return routers.map((router) => {
    const byKey = Map.groupBy(
      reports.flatMap(({ networks }) => networks.find(({ caip2 }) => caip2 === router.caip2)?.services ?? []),
      ({ key }) => key,
    );
    const services = router.services().map((view) => mergeViews(view, byKey.get(view.key) ?? []));
    return {
      caip2: router.caip2,
      slug: router.slug,
      agreedHead: router.agreedHead,
      services: () => services,
    };
  });
}
