import { Counter, type Registry } from 'prom-client';
import { named, registerCollected } from './collected.ts';
import { createLabelTree } from './labelTree.ts';

/** Counts on the way of every call, where prom-client would build a key for each increment: it gets them at a scrape. */
export interface FastCounter {
  /** In the order of the counter's label names. */
  inc(...labels: readonly string[]): void;
  /** Drops the series whose first labels are these. */
  remove(...labels: readonly string[]): void;
}

export function createCounter(
  registry: Registry,
  args: { readonly name: string; readonly help: string; readonly labelNames: readonly string[] },
): FastCounter {
  const { name, help, labelNames } = args;
  const counts = createLabelTree(() => ({ value: 0 }));
  registerCollected(registry, new Counter({ name, help, labelNames, registers: [] }), () =>
    Array.from(counts.entries(), ([labels, { value }]) => ({ labels: named(labelNames, labels), value })),
  );
  return {
    inc(...labels) {
      counts.at(...labels).value += 1;
    },
    remove: counts.remove,
  };
}
