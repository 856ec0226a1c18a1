import type { ProviderSet } from '../../registry/providerSet.ts';

/** The provider set at a final block, kept over restarts. */
export interface Checkpoint {
  /** What was saved last, checked; undefined when there is nothing (any more) that can be believed. */
  load(): ProviderSet | undefined;
  /** Whether that was saved amid a load from the deployment on, which never came to what was then the chain's head. */
  isHalfBuilt(): boolean;
  /**
   * Atomically; costs what changed since the last `load` or `save`. Failing to save is logged, never thrown.
   * @param isHalfBuilt default false
   */
  save(set: ProviderSet, isHalfBuilt?: boolean): void;
  /** The chain no longer holds the saved block: sets the file aside and begins a new one. */
  setAside(reason: string): void;
  close(): void;
}

/** Whose events it holds. */
export interface CheckpointIdentity {
  readonly chainId: number;
  readonly registry: `0x${string}`;
}
