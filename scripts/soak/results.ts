import type { SoakVerdict } from './judge.ts';
import type { EpochPlan } from './plan.ts';

export interface SoakResults extends SoakVerdict {
  readonly seed: number;
  readonly providers: number;
  readonly watchers: number;
  /** By epoch of the verdict; undefined for the calm ones around it. */
  readonly plan: readonly (EpochPlan | undefined)[];
  readonly seconds: number;
  /** How long the chain's time stood still for watchers that were late. */
  readonly waitedSeconds: number;
  /** By epoch. */
  readonly lost: ReadonlySet<number>;
  readonly stalled: ReadonlySet<number>;
  /** What the watchers logged as errors, by event. */
  readonly errors: Readonly<Record<string, number>>;
}

export function isFlawless({ flaws }: Pick<SoakVerdict, 'flaws'>): boolean {
  return flaws.length === 0;
}

/** How often each error was logged, by its event. */
export function errorsOf(
  news: readonly { readonly level: string; readonly event: string }[],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { level, event } of news) {
    if (level === 'error') counts[event] = (counts[event] ?? 0) + 1;
  }
  return counts;
}
