import type { EndpointStatus } from '../core/endpointStatus.ts';
import type { Ms } from '../core/units.ts';
import type { Address, ProviderSet } from './providerSet.ts';

export interface SourceStatus {
  /** `stale`: the last set keeps serving while nothing newer can be learnt. */
  readonly state: 'starting' | 'live' | 'stale' | 'stopped';
  /** Since the set was last known to be up to date. */
  readonly ageMs: Ms;
  /** Last failure, redacted; undefined when all is well. */
  readonly lastError: string | undefined;
  /** Where the newest set comes from; a `graphql` source falls back to the chain. Undefined before the first. */
  readonly via: 'chain' | 'graphql' | 'checkpoint' | undefined;
  /** While much is still to be read; undefined otherwise. */
  readonly backfill: BackfillProgress | undefined;
  /** Whose set is in use: not the configured one once a successor has taken over. */
  readonly registry: Address;
  /** The settlement endpoints, in the configuration's order. */
  readonly endpoints: readonly EndpointStatus[];
}

export interface BackfillProgress {
  readonly fromBlock: bigint;
  /** Done up to and with this one. */
  readonly block: bigint;
  /** The chain's head, as last seen. */
  readonly head: bigint;
  /** Found so far. */
  readonly events: number;
  /** Of the blocks, 0 to 100. */
  readonly percent: number;
  /** At the speed so far; undefined before there is any. */
  readonly remainingMs: Ms | undefined;
}

/** Where the provider set comes from. No error ever empties the set. */
export interface ProviderSource {
  readonly kind: 'chain' | 'graphql';
  /** Begins to follow; resolves once the first set is there, from a checkpoint or whole from the feed. Rejects only
   * when it can never succeed (wrong chain, no registry at the address) or when aborted. */
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** The newest set; undefined before the first. */
  current(): ProviderSet | undefined;
  /** The newest set of the configured registry, also once a successor is in force. */
  configured(): ProviderSet | undefined;
  status(): SourceStatus;
  /** Called with each new set, in order. Returns the function that unsubscribes. */
  onChange(listener: (set: ProviderSet) => void): () => void;
}
