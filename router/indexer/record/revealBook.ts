import { decodeEventLog } from 'viem';
import { watcherHubAbi } from '../../chain/abi/watcherHub.ts';
import { MEASUREMENT_BYTES } from '../../chain/commitment.ts';
import type { EpochReport } from '../../registry/networkRecord.ts';
import type { Address } from '../../registry/providerSet.ts';
import type { MinedLog } from '../logAnswer.ts';
import type { LogFold } from './recentLogs.ts';
import { reportRecords } from './reportRecords.ts';

/** What watchers revealed, by epoch: their own bytes, of which nothing is believed but who sent them. */
export interface RevealBook extends LogFold {
  /** Changes with what is known of the epoch; 0 while that is nothing. */
  version(epoch: number): number;
  /** By watcher; what each weighs is for others to say. */
  reports(epoch: number): readonly Omit<EpochReport, 'weight'>[];
  /** Drops all epochs before this one. */
  forgetBefore(epoch: number): void;
}

export interface RevealBookArgs {
  /** Whether anybody will ask for the epoch. */
  readonly isWanted: (epoch: number) => boolean;
  /** As many as there may be: what a report holds beyond that is made up, and not kept. */
  readonly services: () => number;
}

interface Chunk {
  readonly block: bigint;
  readonly bytes: Buffer;
}

interface Epoch {
  version: number;
  readonly chunks: Map<Address, Chunk[]>;
}

// A network has a dozen or two, each with a bond; this bounds what the rest of a crowd can make a gateway keep.
const MOST_WATCHERS = 64;

export function createRevealBook({ isWanted, services }: RevealBookArgs): RevealBook {
  const epochs = new Map<number, Epoch>();
  let changes = 0;

  return {
    take(log) {
      const reveal = readReveal(log);
      if (reveal === undefined || !isWanted(reveal.epoch)) return;
      const epoch = epochs.get(reveal.epoch) ?? { version: 0, chunks: new Map<Address, Chunk[]>() };
      epochs.set(reveal.epoch, epoch);
      const known = epoch.chunks.get(reveal.watcher);
      if (known === undefined && epoch.chunks.size >= MOST_WATCHERS) return;
      const chunks = known ?? [];
      const room = services() * MEASUREMENT_BYTES - chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
      // That a watcher spoke at all is worth knowing, too.
      if (known !== undefined && room <= 0) return;
      changes += 1;
      epoch.version = changes;
      const { bytes } = reveal;
      // A copy: a slice would keep all that is cut off.
      const kept = bytes.length > room ? Buffer.from(bytes.subarray(0, room)) : bytes;
      chunks.push({ block: log.blockNumber, bytes: kept });
      epoch.chunks.set(reveal.watcher, chunks);
    },
    rollBack(to) {
      for (const epoch of epochs.values()) {
        for (const [watcher, chunks] of epoch.chunks) {
          const held = chunks.filter(({ block }) => block <= to);
          if (held.length === chunks.length) continue;
          changes += 1;
          epoch.version = changes;
          if (held.length > 0) epoch.chunks.set(watcher, held);
          else epoch.chunks.delete(watcher);
        }
      }
    },
    version: (epoch) => epochs.get(epoch)?.version ?? 0,
    reports: (epoch) =>
      Array.from(epochs.get(epoch)?.chunks ?? [], ([watcher, chunks]) => ({
        watcher,
        records: reportRecords(chunks.map(({ bytes }) => bytes)),
      })),
    forgetBefore(first) {
      for (const epoch of epochs.keys()) if (epoch < first) epochs.delete(epoch);
    },
  };
}

interface Reveal {
  readonly watcher: Address;
  readonly epoch: number;
  /** Whole records. */
  readonly bytes: Buffer;
}

/** Undefined for all other events, and for bytes that are no records. */
export function readReveal({ topics, data }: Pick<MinedLog, 'topics' | 'data'>): Reveal | undefined {
  try {
    const { eventName, args } = decodeEventLog({ abi: watcherHubAbi, topics, data });
    if (eventName !== 'Revealed') return undefined;
    const bytes = Buffer.from(args.measurements.slice('0x'.length), 'hex');
    const epoch = Number(args.epoch);
    if (!Number.isSafeInteger(epoch) || bytes.length % MEASUREMENT_BYTES !== 0) return undefined;
    return { watcher: args.watcher, epoch, bytes };
  } catch {
    // An event of a later version of the hub.
    return undefined;
  }
}
