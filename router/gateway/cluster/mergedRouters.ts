import type { RouterView } from '../status.ts';
import { mergeViews } from './mergeViews.ts';
import type { WorkerReport } from './messages.ts';

/** The networks as all workers know them together. */
export function mergedRouters(
  routers: readonly RouterView[],
  reports: readonly Pick<WorkerReport, 'networks'>[],
): readonly RouterView[] {
  return routers.map((router) => {
    const known = reports.flatMap(
      ({ networks }) => networks.find(({ caip2 }) => caip2 === router.caip2) ?? [],
    );
    const byKey = Map.groupBy(
      known.flatMap(({ services }) => services),
      ({ key }) => key,
    );
    const services = router.services().map((view) => {
      const views = byKey.get(view.key);
      if (views === undefined) return view;
      // A worker that has not asked it takes it for what the polls say.
      return mergeViews(view, views.length < known.length ? [...views, view] : views);
    });
    return {
      caip2: router.caip2,
      slug: router.slug,
      agreedHead: router.agreedHead,
      services: () => services,
    };
  });
}
