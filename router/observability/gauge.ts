import { Gauge, type Registry } from 'prom-client';
import { registerCollected, type Series } from './collected.ts';

/** Declares a gauge whose series come from the state, whole, at each scrape: what is gone leaves none behind. */
export type DeclareGauge<State> = <Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
  collect: (set: (labels: Record<Label, string>, value: number) => void, state: State) => void,
) => void;

/** @param read called at each scrape, once for each gauge */
export function gaugesOf<State>(registry: Registry, read: () => State): DeclareGauge<State> {
  return (name, help, labelNames, collect) => {
    registerCollected(registry, new Gauge({ name, help, labelNames, registers: [] }), () => {
      const series: Series[] = [];
      collect((labels, value) => series.push({ labels, value }), read());
      return series;
    });
  };
}

/** What is read once for all that ask within a turn. */
export function readOnceATurn<State>(read: () => State): () => State {
  let current: { readonly state: State } | undefined;
  return () => {
    if (current === undefined) {
      current = { state: read() };
      queueMicrotask(() => {
        current = undefined;
      });
    }
    return current.state;
  };
}
