import type { Address } from 'viem';

/** What became of one provider. Stake in the token's smallest unit. */
export interface ProviderResult {
  readonly name: string;
  readonly address: Address;
  readonly part: string;
  readonly stakeBefore: bigint;
  readonly stakeAfter: bigint;
  /** Calls that reached its endpoint: users', watchers' and head polls. */
  readonly received: number;
  readonly state: string;
}

export interface CaseResult {
  readonly provider: string;
  readonly offence: string;
  readonly epoch: bigint;
  readonly amount: bigint;
  readonly jailSeconds: number;
  readonly state: 'open' | 'executed';
}

export interface WatcherResult {
  readonly name: string;
  readonly commits: number;
  readonly reveals: number;
  readonly attested: number;
  /** Added to its bond for reports that agreed with the quorum, in the token's smallest unit. */
  readonly earned: bigint;
}

export interface DemoResults {
  readonly calls: number;
  readonly batches: number;
  readonly transactions: number;
  readonly failed: number;
  readonly failovers: number;
  /** Milliseconds per request while three of four providers failed and before. */
  readonly latencies: readonly number[];
  readonly providers: readonly ProviderResult[];
  readonly cases: readonly CaseResult[];
  readonly watchers: readonly WatcherResult[];
  /** From the block with the jail being seen on-chain until the gateway's /status shows the provider gone. */
  readonly ejectedAfterMs: number;
  /** Blocks from that block to the head of that moment. */
  readonly ejectedAfterBlocks: number;
  /** From the jail's event until the provider answered users again. */
  readonly backAfterSeconds: number;
}
