import type { PublicClient } from 'viem';
import type { EndpointStatus } from '../core/endpointStatus.ts';

/**
 * Several endpoints of one settlement chain, each judged by its answers. Whoever reads takes one endpoint for a whole
 * look at the chain, so that no two nodes' views are mixed.
 */
export interface SettlementEndpoints {
  /**
   * Runs `work` against the best endpoint, and against the next one each time it fails for the endpoint's fault.
   * Rejects with the work's own error when no endpoint is to blame, with `WrongChainError` when every endpoint serves
   * another chain, with `NoEndpointAnswersError` when none is left, with the signal's reason when aborted.
   */
  look<T>(work: (endpoint: SettlementEndpoint) => Promise<T>, signal: AbortSignal): Promise<T>;
  status(): readonly EndpointStatus[];
  /** Called when an endpoint with a WebSocket announces a block. Returns the function that unsubscribes. */
  onHead(listener: () => void): () => void;
  close(): Promise<void>;
}

/** One and the same object for each endpoint, whatever look it is used in. */
export interface SettlementEndpoint {
  readonly name: string;
  /** Of this endpoint alone; does not retry. */
  readonly client: PublicClient;
  /** In good standing: for a second opinion. */
  others(): readonly SettlementEndpoint[];
  /** The work read this as the chain's head: what the endpoint is compared with others by. */
  saw(head: bigint): void;
  /**
   * The look cannot go on with it: throws what makes `look` leave it for a while and take the next. `down` is for
   * answers without sense.
   */
  leave(fault: 'down' | 'behind' | 'wrongChain' | 'missingLogs', detail: string): never;
  /** The same said of another endpoint, found wrong by comparing; the look goes on. */
  accuse(other: SettlementEndpoint, fault: 'down' | 'wrongChain' | 'missingLogs', detail: string): void;
}
