import { Gauge, type Registry } from 'prom-client';

/** Declares a gauge whose series come from the state, whole, at each scrape: what is gone leaves none behind. */
export type DeclareGauge<State> = <Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
  collect: (set: (labels: Record<Label, string>, value: number) => void, state: State) => void,
) => void;

/** @param read called at each scrape, once for each gauge */
export function gaugesOf<State>(registry: Registry, read: () => State): DeclareGauge<State> {
  return <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    collect: (set: (labels: Record<Label, string>, value: number) => void, state: State) => void,
  ) => {
    registry.registerMetric(
      new Gauge<Label>({
        name,
        help,
        labelNames,
        registers: [],
        collect() {
          this.reset();
          // A gauge without labels is reset to 0, which is a value too.
          if (labelNames.length === 0) this.remove();
          collect((labels, value) => this.set(labels, value), read());
        },
      }),
    );
  };
}
