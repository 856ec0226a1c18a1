/** How one settlement endpoint stands. No URL is in it: they often carry keys. */
export interface EndpointStatus {
  /** Its place in the configuration, e.g. `rpc[0]`. */
  readonly name: string;
  /**
   * - `unknown`: not asked yet
   * - `behind`: others know newer blocks
   * - `wrongChain`: another chain id, or another block where ours is final
   * - `missingLogs`: left out events that are on the chain, or made some up
   */
  readonly state: 'unknown' | 'ok' | 'down' | 'behind' | 'wrongChain' | 'missingLogs';
  readonly head: bigint | undefined;
  /** Redacted; undefined when all is well. */
  readonly lastError: string | undefined;
}
