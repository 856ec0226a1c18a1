import type { Address } from 'viem';

/** What the watcher that is measured is started with; JSON, as its one argument. */
export interface MeasuredTask {
  readonly rpcUrl: string;
  readonly registry: Address;
  /** Of the development accounts. */
  readonly account: number;
  readonly stateDir: string;
  readonly probeIntervalMs: number;
}

/** To it: what does it use? `memory` removes all garbage first, which takes its time. */
export type MeasuredOrder = 'cpu' | 'memory';

/** From it. */
export type MeasuredWord =
  | ({ readonly kind: 'usage' } & Usage)
  | { readonly kind: 'news'; readonly level: string; readonly event: string; readonly fields: NewsFields };

/** What a line of its log may hold. */
export interface NewsFields {
  readonly epoch?: number;
  readonly samples?: number;
  readonly services?: number;
  readonly breaches?: readonly unknown[];
  readonly code?: string;
  readonly error?: string;
}

/** Memory in bytes. */
export interface Usage {
  /** Processor time since the start. */
  readonly cpuMs: number;
  /** By JavaScript, in its heap and in buffers. */
  readonly held: number;
  /** Of the process, the most ever. */
  readonly peakRss: number;
  /** By its own clock, in milliseconds. */
  readonly at: number;
}
