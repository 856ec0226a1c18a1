import type { Ms } from '../core/units.ts';
import type { ProviderSet } from './providerSet.ts';

export interface SourceStatus {
  /** `stale`: the last set keeps serving while no settlement endpoint answers. */
  readonly state: 'starting' | 'live' | 'stale' | 'stopped';
  /** Since the set was last known to be up to date. */
  readonly ageMs: Ms;
  /** Last failure, redacted; undefined when all is well. */
  readonly lastError: string | undefined;
}

/** Where the provider set comes from. No error ever empties the set. */
export interface ProviderSource {
  readonly kind: 'chain' | 'graphql';
  /** Begins to follow; resolves once the first set is loaded. Rejects only when it can never succeed
   * (wrong chain, no registry at the address) or when aborted. */
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** The newest set; undefined before the first. */
  current(): ProviderSet | undefined;
  status(): SourceStatus;
  /** Called with each new set, in order. Returns the function that unsubscribes. */
  onChange(listener: (set: ProviderSet) => void): () => void;
}
