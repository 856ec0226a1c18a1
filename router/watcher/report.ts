import {
  type Breach,
  chunkHash,
  commitment,
  offenceValue,
  packMeasurements,
  type ReportChunk,
  sortBreaches,
} from '../chain/commitment.ts';
import type { Address, Hex } from '../registry/providerSet.ts';
import type { Accusation } from './accuse.ts';
import type { MeasuredService } from './epochReport.ts';

/** Whose report it is: part of what is committed to. */
export interface ReportAuthor {
  readonly chainId: number;
  readonly hub: Address;
  readonly watcher: Address;
}

/** All that a reveal needs. */
export interface Report {
  readonly epoch: number;
  /** 32 random bytes, secret until the reveal. */
  readonly salt: Hex;
  /** At least one. */
  readonly chunks: readonly ReportChunk[];
  readonly commitment: Hex;
}

/** About 7 kB of calldata: cheap on any chain. */
const MAX_RECORDS = 500;
/** Each may write a tally: some 50,000 gas. */
const MAX_BREACHES = 40;

/** Cuts an epoch's findings into chunks that each fit into one transaction, and commits to all of them. */
export function buildReport(
  author: ReportAuthor,
  epoch: number,
  measured: readonly MeasuredService[],
  accusations: readonly Accusation[],
  salt: Hex,
): Report {
  const records = measured
    .map(({ service, figures }) => ({ serviceId: service.id, ...figures }))
    .sort((a, b) => a.serviceId - b.serviceId);
  const breaches = sortBreaches(BigInt(epoch), accusations.map(breachOf));
  // One chunk even of nothing: the watcher was there, and measured nothing.
  const count = Math.max(
    1,
    Math.ceil(records.length / MAX_RECORDS),
    Math.ceil(breaches.length / MAX_BREACHES),
  );
  const chunks = Array.from({ length: count }, (_, index) => ({
    measurements: packMeasurements(records.slice(index * MAX_RECORDS, (index + 1) * MAX_RECORDS)),
    breaches: breaches.slice(index * MAX_BREACHES, (index + 1) * MAX_BREACHES),
  }));
  return { epoch, salt, chunks, commitment: commitmentOf(author, epoch, salt, chunks) };
}

export function commitmentOf(
  author: ReportAuthor,
  epoch: number,
  salt: Hex,
  chunks: readonly ReportChunk[],
): Hex {
  return commitment({ ...author, epoch: BigInt(epoch), salt, chunkHashes: chunks.map(chunkHash) });
}

function breachOf({ service, figures, offence }: Accusation): Breach {
  return { provider: service.provider, network: service.network, offence: offenceValue(offence), ...figures };
}
