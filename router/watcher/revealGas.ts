import { MEASUREMENT_BYTES } from '../chain/commitment.ts';

/** What one transaction of a reveal may take. */
export interface ChunkLimits {
  readonly gas: number;
  /** Of measurements and breaches. */
  readonly bytes: number;
}

/** How much of a report one transaction carries. */
export interface ChunkSize {
  readonly records: number;
  readonly breaches: number;
}

// Measured at their dearest (`node scripts/bench/revealGas.ts`): 68,000 for a chunk of nothing and 1,300 for each
// chunk's hash in every other one; 14 bytes at the calldata floor of EIP-7623; a first tally on a network of its own.
const CHUNK_GAS = 80_000;
const RECORD_GAS = 560;
const BREACH_GAS = 40_000;
const BREACH_BYTES = 256;
export const COMMIT_GAS = 47_000;
export const CLAIM_GAS = 57_000;

/** Goes into a block beside others also when blocks are full. */
const MAX_GAS = 3_000_000;
/** Of a block's gas: on a chain with small blocks. */
const MAX_BLOCK_SHARE = 8;
/** Enough for one breach and some records, whatever a chain says of its blocks. */
const MIN_GAS = 160_000;
/** Half of what the strictest rollups take as calldata. */
const MAX_BYTES = 28_000;

/** @param blockGas The gas that a block of the settlement chain may use. */
export function chunkLimits(blockGas: bigint): ChunkLimits {
  const share = Number(blockGas) / MAX_BLOCK_SHARE;
  return { gas: Math.max(Math.min(share, MAX_GAS), MIN_GAS), bytes: MAX_BYTES };
}

/** The most gas that revealing such a chunk takes. */
export function chunkGas({ records, breaches }: ChunkSize): number {
  return CHUNK_GAS + records * RECORD_GAS + breaches * BREACH_GAS;
}

/**
 * The chunks of a report, breaches first: they are what others wait for. At least one, also for a report of nothing:
 * the watcher was there, and measured nothing.
 */
export function chunkSizes(whole: ChunkSize, limits: ChunkLimits): ChunkSize[] {
  const sizes: ChunkSize[] = [];
  let { records, breaches } = whole;
  do {
    const gas = limits.gas - CHUNK_GAS;
    const accused = atMost(breaches, gas / BREACH_GAS, limits.bytes / BREACH_BYTES);
    const measured = atMost(
      records,
      (gas - accused * BREACH_GAS) / RECORD_GAS,
      (limits.bytes - accused * BREACH_BYTES) / MEASUREMENT_BYTES,
    );
    sizes.push({ records: measured, breaches: accused });
    records -= measured;
    breaches -= accused;
  } while (records > 0 || breaches > 0);
  return sizes;
}

function atMost(wanted: number, ...bounds: readonly number[]): number {
  return Math.max(0, Math.floor(Math.min(wanted, ...bounds)));
}
