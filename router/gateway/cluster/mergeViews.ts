import type { AbilityView } from '../../routing/abilityView.ts';
import type { CallTotals } from '../callHandler.ts';
import type { ServiceView } from '../serviceView.ts';

export function sumTotals(all: readonly CallTotals[]): CallTotals {
  const sum = (pick: (totals: CallTotals) => number) => all.reduce((total, one) => total + pick(one), 0);
  return {
    calls: sum(({ calls }) => calls),
    failed: sum(({ failed }) => failed),
    failovers: sum(({ failovers }) => failovers),
  };
}

/**
 * One service as several workers know it, each by its own calls: eligible as long as one of them may ask it, the worst
 * breaker, the mean of the latencies by their calls, and the sums of the rest.
 * @param polled as the primary knows it, which makes no calls of users
 */
export function mergeViews(polled: ServiceView, workers: readonly ServiceView[]): ServiceView {
  if (workers.length === 0) return polled;
  const eligible = workers.some(({ state }) => state === 'eligible');
  const { reason, because } = polled.reason === undefined ? (workers[0] ?? polled) : polled;
  return {
    ...polled,
    state: eligible ? 'eligible' : 'ineligible',
    reason: eligible ? undefined : reason,
    because: eligible ? undefined : because,
    latencyMs: meanLatency(workers),
    breaker: BREAKERS.find((kind) => workers.some(({ breaker }) => breaker === kind)) ?? polled.breaker,
    inFlight: sumOf(workers, ({ inFlight }) => inFlight),
    calls: sumOf(workers, ({ calls }) => calls),
    failures: sumOf(workers, ({ failures }) => failures),
    abilities: mergeAbilities(
      [polled, ...workers].map(({ abilities }) => abilities),
      polled.abilities,
    ),
  };
}

/** What any of them has learnt; the shortest limit. */
function mergeAbilities(all: readonly AbilityView[], { declared }: AbilityView): AbilityView {
  const union = <Item>(pick: (view: AbilityView) => readonly Item[]) => [...new Set(all.flatMap(pick))];
  const limits = all.flatMap(({ maxLogBlocks }) => (maxLogBlocks === undefined ? [] : [maxLogBlocks]));
  return {
    declared,
    shown: union(({ shown }) => shown),
    lacks: union(({ lacks }) => lacks),
    refusedMethods: union(({ refusedMethods }) => refusedMethods),
    maxLogBlocks: limits.length === 0 ? undefined : Math.min(...limits),
  };
}

// Worst first.
const BREAKERS: readonly ServiceView['breaker'][] = ['open', 'half-open', 'closed'];

function meanLatency(views: readonly ServiceView[]): number | undefined {
  const measured = views.filter(({ latencyMs }) => latencyMs !== undefined);
  if (measured.length === 0) return undefined;
  const weightOf = ({ calls }: ServiceView) => Math.max(calls, 1);
  return sumOf(measured, (view) => (view.latencyMs ?? 0) * weightOf(view)) / sumOf(measured, weightOf);
}

function sumOf(views: readonly ServiceView[], pick: (view: ServiceView) => number): number {
  return views.reduce((sum, view) => sum + pick(view), 0);
}
