import type { ProviderSet } from '../../router/registry/providerSet.ts';
import type { ProviderSource } from '../../router/registry/providerSource.ts';

/** From a source's start to its stop. */
export interface Run {
  readonly source: ProviderSource;
  /** All that it has shown, in order. */
  readonly sets: readonly ProviderSet[];
  /** As the source's `start`. */
  readonly started: Promise<void>;
}

/** One source after the other over the same checkpoint, each listened to from its beginning. */
export interface Subject {
  runs(): readonly Run[];
  source(): ProviderSource;
  /** Resolves once the old one has stopped: the new one may have nobody to ask for now. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export function createSubject(open: () => ProviderSource): Subject {
  const runs: Run[] = [];

  function begin(): Run {
    const source = open();
    const sets: ProviderSet[] = [];
    source.onChange((set) => sets.push(set));
    const started = source.start(new AbortController().signal);
    // Who waits for it hears of it; a restart in between is no failure.
    started.catch(() => undefined);
    const run = { source, sets, started };
    runs.push(run);
    return run;
  }

  let current = begin();
  return {
    runs: () => runs,
    source: () => current.source,
    async restart() {
      await current.source.stop();
      current = begin();
    },
    stop: () => current.source.stop(),
  };
}
