import type { Prices } from './prices.ts';

/** One kind of transaction that a watcher sends in an epoch, all of that kind together. */
export interface SentKind {
  readonly name: string;
  readonly count: number;
  readonly gas: number;
  /** Signed, and as FastLZ compresses it. */
  readonly bytes: number;
  readonly fastLzBytes: number;
}

/** What an epoch's report costs. */
export interface EpochFigures {
  readonly services: number;
  readonly samples: number;
  readonly breaches: number;
  /** Processor time from the epoch's end until the report is revealed, without that of the probes of that time. */
  readonly closeCpuMs: number;
  readonly sent: readonly SentKind[];
}

/** A watcher that keeps asking. */
export interface ProbingFigures {
  readonly seconds: number;
  /** Samples that came of it. */
  readonly probes: number;
  /** All that it asks, with what it takes to know what is true. */
  readonly calls: number;
  readonly cpuMs: number;
}

/** One size of network. Memory in bytes. */
export interface SizeFigures {
  readonly providers: number;
  readonly networks: number;
  readonly services: number;
  /** Until it is at work, from the start of its process. */
  readonly startMs: number;
  /** Held once it is, and at the end of the measured epoch. */
  readonly heldAtStart: number;
  readonly heldWarm: number;
  readonly peakRss: number;
  /** As fast as a watcher ever asks. */
  readonly probing: ProbingFigures;
  readonly epoch: EpochFigures;
  /** Of a few seconds, before that. */
  readonly shortEpoch: EpochFigures;
  /** With one provider down on all networks; for the smallest size. */
  readonly breaching: EpochFigures | undefined;
}

export interface WatcherBenchResults {
  readonly machine: { readonly cores: number; readonly node: string; readonly isPinned: boolean };
  /** The smallest first. */
  readonly sizes: readonly SizeFigures[];
  /** By which one sample more takes. */
  readonly bytesPerSample: number;
  readonly prices: Prices;
  readonly epochHours: number;
}
