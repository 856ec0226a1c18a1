import type { Random } from '../../router/core/clock.ts';
import type { FaultKind } from './faultKinds.ts';

/** A span of the run in which nobody's fault changes. */
export interface Phase {
  /** It ends after so many calls at the earliest. */
  readonly calls: number;
  /** By provider; undefined: well. At least one is well. */
  readonly faults: readonly (FaultKind | undefined)[];
}

export interface PlanArgs {
  readonly kinds: readonly FaultKind[];
  /** At least 2. */
  readonly providers: number;
  /** Of all phases together at least; a short plan is as long as it takes to show every kind. */
  readonly calls: number;
  readonly random: Random;
}

const LEAST_CALLS = 60;
// Some outlast every poll and breaker, most do not.
const MOST_CALLS = 5_000;
const SHORT_PLAN_MOST_CALLS = 300;
const MOST_SHARE = 1 / 20;
// So often all are well for once: the calm that the storm is compared with.
const CALM_SHARE = 0.2;

/** Who fails how and for how long. Calm at first; each kind comes once before any comes again. Pure. */
export function planChaos({ kinds, providers, calls, random }: PlanArgs): Phase[] {
  const most = Math.min(Math.max(SHORT_PLAN_MOST_CALLS, calls * MOST_SHARE), MOST_CALLS);
  // Each order of length as often as the next.
  const length = () => Math.floor(LEAST_CALLS * (most / LEAST_CALLS) ** random());
  const calm = (): Phase => ({ calls: length(), faults: Array.from({ length: providers }, () => undefined) });
  const storm = (faulty: readonly FaultKind[]): Phase => {
    const padded = Array.from({ length: providers }, (_, index) => faulty[index]);
    return { calls: length(), faults: shuffled(padded, random) };
  };
  const phases = [calm()];
  let planned = phases[0]?.calls ?? 0;
  let shown = 0;
  let deck: FaultKind[] = [];
  // The worst that must be borne comes first.
  let count = providers - 1;
  while (planned < calls || shown < kinds.length) {
    const faulty: FaultKind[] = [];
    while (faulty.length < count) {
      // Never two of a kind at once: who agree in what they deny cannot be told from an honest majority.
      if (deck.length === 0) {
        deck = shuffled(
          kinds.filter((kind) => !faulty.includes(kind)),
          random,
        );
      }
      const kind = deck.pop();
      if (kind === undefined) break;
      faulty.push(kind);
      shown += 1;
    }
    const phase = storm(faulty);
    phases.push(phase);
    planned += phase.calls;
    if (random() < CALM_SHARE) {
      phases.push(calm());
      planned += phases.at(-1)?.calls ?? 0;
    }
    count = 1 + Math.floor(random() * (providers - 1));
  }
  return phases;
}

export function isCalm({ faults }: Phase): boolean {
  return faults.every((fault) => fault === undefined);
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
