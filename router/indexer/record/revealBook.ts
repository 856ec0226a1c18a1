import { MEASUREMENT_BYTES } from '../../chain/commitment.ts';
import type { AttestedOffence } from '../../registry/breaches.ts';
import type { EpochReport } from '../../registry/networkRecord.ts';
import type { Address, ServiceKey } from '../../registry/providerSet.ts';
import { type AttestedBreach, type Reveal, readHubEvent } from './hubEvent.ts';
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

interface Attested {
  readonly block: bigint;
  readonly service: ServiceKey;
  readonly offence: AttestedOffence;
}

interface Said {
  /** At least one. */
  readonly chunks: Chunk[];
  /** The hub takes each but once, and only of services that there are. */
  readonly attested: Attested[];
}

interface Epoch {
  version: number;
  readonly said: Map<Address, Said>;
}

// A network has a dozen or two, each with a bond; this bounds what the rest of a crowd can make a gateway keep.
const MOST_WATCHERS = 64;

export function createRevealBook({ isWanted, services }: RevealBookArgs): RevealBook {
  const epochs = new Map<number, Epoch>();
  let changes = 0;

  function changed(epoch: Epoch): void {
    changes += 1;
    epoch.version = changes;
  }

  function takeReveal({ epoch: number, watcher, bytes }: Reveal, block: bigint): void {
    const epoch = epochs.get(number) ?? { version: 0, said: new Map<Address, Said>() };
    epochs.set(number, epoch);
    const known = epoch.said.get(watcher);
    if (known === undefined && epoch.said.size >= MOST_WATCHERS) return;
    const said = known ?? { chunks: [], attested: [] };
    const room =
      services() * MEASUREMENT_BYTES - said.chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
    // That a watcher spoke at all is worth knowing, too.
    if (known !== undefined && room <= 0) return;
    changed(epoch);
    // A copy: a slice would keep all that is cut off.
    said.chunks.push({ block, bytes: bytes.length > room ? Buffer.from(bytes.subarray(0, room)) : bytes });
    epoch.said.set(watcher, said);
  }

  /** The hub tells of a breach after the chunk that it came in. */
  function takeBreach({ epoch: number, watcher, service, offence }: AttestedBreach, block: bigint): void {
    const epoch = epochs.get(number);
    const said = epoch?.said.get(watcher);
    if (epoch === undefined || said === undefined) return;
    changed(epoch);
    said.attested.push({ block, service, offence });
  }

  return {
    take(log) {
      const event = readHubEvent(log);
      if (event === undefined || !isWanted(event.epoch)) return;
      if (event.kind === 'revealed') takeReveal(event, log.blockNumber);
      else takeBreach(event, log.blockNumber);
    },
    rollBack(to) {
      for (const epoch of epochs.values()) {
        for (const [watcher, said] of epoch.said) {
          const isHeld = ({ block }: Chunk | Attested) => block <= to;
          if (said.chunks.every(isHeld) && said.attested.every(isHeld)) continue;
          changed(epoch);
          const chunks = said.chunks.filter(isHeld);
          if (chunks.length > 0) epoch.said.set(watcher, { chunks, attested: said.attested.filter(isHeld) });
          else epoch.said.delete(watcher);
        }
      }
    },
    version: (epoch) => epochs.get(epoch)?.version ?? 0,
    reports: (epoch) =>
      Array.from(epochs.get(epoch)?.said ?? [], ([watcher, { chunks, attested }]) => ({
        watcher,
        records: reportRecords(chunks.map(({ bytes }) => bytes)),
        attested: byService(attested),
      })),
    forgetBefore(first) {
      for (const epoch of epochs.keys()) if (epoch < first) epochs.delete(epoch);
    },
  };
}

function byService(attested: readonly Attested[]): Map<ServiceKey, AttestedOffence[]> {
  const offences = new Map<ServiceKey, AttestedOffence[]>();
  for (const { service, offence } of attested) {
    const known = offences.get(service);
    if (known) known.push(offence);
    else offences.set(service, [offence]);
  }
  return offences;
}
