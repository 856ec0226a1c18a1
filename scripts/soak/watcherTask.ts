import type { Address } from 'viem';

/** What a watcher's process of the soak is started with; JSON, as its one argument. */
export interface WatcherTask {
  readonly rpcUrl: string;
  readonly registry: Address;
  /** Of the development accounts. */
  readonly account: number;
  readonly stateDir: string;
  readonly probeIntervalMs: number;
  /** By the URL that a provider gives on-chain: where this watcher reaches it. */
  readonly lines: Readonly<Record<string, string>>;
}

/** One line of its log. */
export interface WatcherNews {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly epoch?: number;
  readonly error?: string;
}
