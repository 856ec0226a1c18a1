import type { UnixSeconds } from '../core/units.ts';
import type { AttestedOffence, Figures } from './breaches.ts';
import type { Address, BlockRef, Hex, NetworkKey, ServiceKey } from './providerSet.ts';
import type { Verdict } from './verdict.ts';

/**
 * What watchers revealed about the newest epochs, and the cases that are pending: the part of the network's public
 * record that a gateway goes by. Immutable.
 */
export interface NetworkRecord {
  /** Up to which the settlement chain was read: its time is the record's. */
  readonly block: BlockRef;
  /** The newest that nobody can say anything about any more; undefined before the first. */
  readonly lastEpoch: number | undefined;
  /** Of the newest epochs up to `lastEpoch`, those of which something is known. The newest first. */
  readonly epochs: readonly EpochRecord[];
  /** Of services of which something is known; see `decayedScore`. All others have the neutral score. */
  readonly scores: ReadonlyMap<ServiceKey, number>;
  /** The oldest first. */
  readonly cases: readonly PendingCase[];
}

export interface EpochRecord {
  readonly epoch: number;
  /** Of all watchers, those who were silent too. */
  readonly totalWeight: number;
  readonly reports: readonly EpochReport[];
  /** Of the services that a quorum spoke of. */
  readonly verdicts: ReadonlyMap<ServiceKey, ScoredVerdict>;
}

export interface ScoredVerdict extends Verdict {
  /** See `epochScore`. */
  readonly score: number;
}

/** All that one watcher revealed about one epoch. What it says is its own affair, and may be anything. */
export interface EpochReport {
  readonly watcher: Address;
  /** Of the watcher in this epoch; in the unit of `totalWeight`. */
  readonly weight: number;
  readonly records: {
    /** Each service once. */
    readonly all: Iterable<ServiceFigures>;
    of(serviceId: number): Figures | undefined;
  };
  /** What it attested to the hub: cases come of this, whatever its records say. */
  readonly attested: ReadonlyMap<ServiceKey, readonly AttestedOffence[]>;
}

export interface ServiceFigures extends Figures {
  /** Number of the service, if there is one that has it. */
  readonly serviceId: number;
}

/** A case that is not decided. */
export interface PendingCase {
  readonly id: Hex;
  readonly provider: Address;
  readonly network: NetworkKey;
  readonly epoch: number;
  readonly offence: AttestedOffence | 'equivocation' | 'unknown';
  readonly state: 'open' | 'appealed';
  /** Locked at the opening, in the token's smallest unit. */
  readonly amount: bigint;
  /** Until then it may be vetoed, and appealed while it is `open`, decided while it is `appealed`; then executed. */
  readonly executableAt: UnixSeconds;
}
