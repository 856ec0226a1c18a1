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
import { type ChunkLimits, chunkSizes } from './revealGas.ts';

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

/** Cuts an epoch's findings into chunks that each fit into one transaction, and commits to all of them. */
export function buildReport(
  author: ReportAuthor,
  epoch: number,
  measured: readonly MeasuredService[],
  accusations: readonly Accusation[],
  salt: Hex,
  limits: ChunkLimits,
): Report {
  const records = measured
    .map(({ service, figures }) => ({ serviceId: service.id, ...figures }))
    .sort((a, b) => a.serviceId - b.serviceId);
  const breaches = sortBreaches(BigInt(epoch), accusations.map(breachOf));
  const sizes = chunkSizes({ records: records.length, breaches: breaches.length }, limits);
  const chunks = sizes.map((size) => ({
    measurements: packMeasurements(records.splice(0, size.records)),
    breaches: breaches.splice(0, size.breaches),
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
