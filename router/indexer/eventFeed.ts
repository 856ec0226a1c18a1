import { DinError } from '../core/dinError.ts';
import type { EndpointStatus } from '../core/endpointStatus.ts';
import type { Address, BlockRef, Hex } from '../registry/providerSet.ts';
import type { ReorgWindow } from './reorgWindow.ts';

/**
 * A way to see deployments' events: the settlement chain's endpoints, or an indexer in front of it. Both move the same
 * window, whose blocks are the chain's own, so one can go on where the other stopped.
 */
export interface EventFeed {
  readonly kind: 'chain' | 'graphql';
  /** @throws `WrongChainError`, `NotARegistryError`; what keeps the feed from answering, as it is. */
  open(registry: Address, signal: AbortSignal): Promise<DeploymentFeed>;
  /** Which way the last `advance` went. */
  via(): 'chain' | 'graphql';
  endpoints(): readonly EndpointStatus[];
  /** Called when a new block is announced; feeds that only poll never do. Returns the function that unsubscribes. */
  onHead(listener: () => void): () => void;
  close(): Promise<void>;
}

/** One registry and its vault. */
export interface DeploymentFeed {
  readonly chainId: number;
  readonly registry: Address;
  readonly vault: Address;
  /** The block right before the first that can hold an event. */
  readonly base: BlockRef;
  /**
   * Moves the window towards the head, step by step; each step is told before the next begins.
   * @throws {@link BuildAnewError} when the window cannot be gone on from; what keeps the feed from answering, as it is.
   */
  advance(args: AdvanceArgs): Promise<AdvanceResult>;
  /** Whether the chain holds this block. Undefined when the feed cannot tell, as its head is older. */
  holds(
    block: { readonly number: bigint; readonly hash: Hex },
    signal: AbortSignal,
  ): Promise<boolean | undefined>;
}

export interface AdvanceArgs {
  readonly window: ReorgWindow;
  onStep(step: FeedStep): void;
  readonly signal: AbortSignal;
}

export interface FeedStep {
  /** To go on from; after a rollback its newest set is older than before. */
  readonly window: ReorgWindow;
  readonly events: number;
  readonly head: bigint;
}

/**
 * - `current`: the window stands at the chain's head
 * - `behind`: the feed's head is older than ours and on the same branch
 * - `moved`: the chain changed while it was read; look again
 */
export type AdvanceResult = 'current' | 'behind' | 'moved';

/** What was read so far is not, or not all of, what the chain holds: the set must be built anew. */
export abstract class BuildAnewError extends DinError {
  /** In the log. */
  abstract readonly event: string;
  /** What is wrong with a checkpoint of it. */
  abstract readonly flaw: string;
}
