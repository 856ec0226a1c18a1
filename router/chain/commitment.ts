import {
  type Address,
  concatHex,
  encodeAbiParameters,
  getAbiItem,
  type Hex,
  hexToBytes,
  keccak256,
  toBytes,
} from 'viem';
import { DinError } from '../core/dinError.ts';
import { watcherHubAbi } from './abi/watcherHub.ts';

/** In the order of the contracts' `enum Offence`; the index is the value on-chain. */
export const OFFENCES = ['downtime', 'latency', 'stale', 'invalidData', 'outage', 'equivocation'] as const;
export type OffenceName = (typeof OFFENCES)[number];

/** The value on-chain. */
export function offenceValue(name: OffenceName): number {
  return OFFENCES.indexOf(name);
}

/** On-chain key of a network: `keccak256(bytes(caip2))`. */
export function networkIdOf(caip2: string): Hex {
  return keccak256(toBytes(caip2));
}

/** One service that breaks its network's SLA; the fields of `IWatcherHub.Breach`. */
export interface Breach {
  readonly provider: Address;
  readonly network: Hex;
  /** See {@link OFFENCES}. */
  readonly offence: number;
  readonly samples: number;
  readonly successes: number;
  readonly p95LatencyMs: number;
  readonly p95BlockLag: number;
  readonly mismatches: number;
}

/** One service's figures of one epoch. All but the id are 16 bits wide: larger values are written as 65,535. */
export interface Measurement {
  readonly serviceId: number;
  readonly samples: number;
  readonly successes: number;
  readonly p95LatencyMs: number;
  readonly p95BlockLag: number;
  readonly mismatches: number;
}

export const MEASUREMENT_BYTES = 14;
const UINT16_MAX = 0xffff;

/** `IWatcherHub.Revealed.measurements`: 14-byte records, big-endian. Fractions are rounded up. */
export function packMeasurements(measurements: readonly Measurement[]): Hex {
  const bytes = Buffer.alloc(measurements.length * MEASUREMENT_BYTES);
  measurements.forEach((record, index) => {
    let offset = bytes.writeUInt32BE(record.serviceId, index * MEASUREMENT_BYTES);
    for (const value of [
      record.samples,
      record.successes,
      record.p95LatencyMs,
      record.p95BlockLag,
      record.mismatches,
    ]) {
      offset = bytes.writeUInt16BE(Math.min(Math.ceil(Math.max(value, 0)), UINT16_MAX), offset);
    }
  });
  return `0x${bytes.toString('hex')}`;
}

/** @throws {@link MalformedMeasurementsError} when the length is no multiple of a record's. */
export function unpackMeasurements(packed: Hex): Measurement[] {
  const bytes = Buffer.from(hexToBytes(packed));
  if (bytes.length % MEASUREMENT_BYTES !== 0) throw new MalformedMeasurementsError(bytes.length);
  return Array.from({ length: bytes.length / MEASUREMENT_BYTES }, (_, index) => measurementAt(bytes, index));
}

/** One of the records that the bytes hold, without the others. @throws `RangeError` when they hold fewer. */
export function measurementAt(bytes: Buffer, index: number): Measurement {
  const at = index * MEASUREMENT_BYTES;
  return {
    serviceId: bytes.readUInt32BE(at),
    samples: bytes.readUInt16BE(at + 4),
    successes: bytes.readUInt16BE(at + 6),
    p95LatencyMs: bytes.readUInt16BE(at + 8),
    p95BlockLag: bytes.readUInt16BE(at + 10),
    mismatches: bytes.readUInt16BE(at + 12),
  };
}

export interface OffenceRef {
  readonly epoch: bigint;
  readonly provider: Address;
  readonly network: Hex;
  readonly offence: number;
}

/** `keccak256(abi.encode(epoch, provider, network, offence))`, as `IWatcherHub.offenceIdOf`. */
export function offenceId({ epoch, provider, network, offence }: OffenceRef): Hex {
  return keccak256(
    encodeAbiParameters(
      [{ type: 'uint64' }, { type: 'address' }, { type: 'bytes32' }, { type: 'uint8' }],
      [epoch, provider, network, offence],
    ),
  );
}

/** `ISlashingCourt.CaseKey`: what a case is about names it, and is handed in with each act on it. */
export type CaseKey = OffenceRef;

/** `keccak256(abi.encode(chainid, court, offenceId))`, as `ISlashingCourt.caseIdOf`. */
export function caseId(court: { readonly chainId: number; readonly court: Address }, key: CaseKey): Hex {
  return keccak256(
    encodeAbiParameters(
      [{ type: 'uint256' }, { type: 'address' }, { type: 'bytes32' }],
      [BigInt(court.chainId), court.court, offenceId(key)],
    ),
  );
}

/** In ascending order of offence id, as a reveal needs them over all its chunks. */
export function sortBreaches<B extends Breach>(epoch: bigint, breaches: readonly B[]): B[] {
  // Equal-length lower-case hex compares as the numbers do.
  const keyed = breaches.map((breach) => ({ breach, id: offenceId({ epoch, ...breach }) }));
  return keyed.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)).map(({ breach }) => breach);
}

/** One transaction's part of a report. */
export interface ReportChunk {
  /** Packed, see {@link packMeasurements}. */
  readonly measurements: Hex;
  readonly breaches: readonly Breach[];
}

/** `keccak256(abi.encode(keccak256(measurements), keccak256(abi.encode(breaches))))`. */
export function chunkHash({ measurements, breaches }: ReportChunk): Hex {
  const breachesHash = keccak256(encodeAbiParameters([BREACHES], [breaches]));
  return keccak256(concatHex([keccak256(measurements), breachesHash]));
}

export interface CommitmentParts {
  readonly chainId: number;
  readonly hub: Address;
  readonly watcher: Address;
  readonly epoch: bigint;
  /** 32 random bytes, secret until the reveal. */
  readonly salt: Hex;
  readonly chunkHashes: readonly Hex[];
}

/** `keccak256(abi.encode(chainid, hub, watcher, epoch, salt, chunkHashes))`. */
export function commitment({ chainId, hub, watcher, epoch, salt, chunkHashes }: CommitmentParts): Hex {
  return keccak256(
    encodeAbiParameters(
      [
        { type: 'uint256' },
        { type: 'address' },
        { type: 'address' },
        { type: 'uint64' },
        { type: 'bytes32' },
        { type: 'bytes32[]' },
      ],
      [BigInt(chainId), hub, watcher, epoch, salt, chunkHashes],
    ),
  );
}

// The generated ABI is the one place that knows the struct.
const BREACHES = getAbiItem({ abi: watcherHubAbi, name: 'reveal' }).inputs[4];

export class MalformedMeasurementsError extends DinError {
  readonly code = 'MALFORMED_MEASUREMENTS';
  constructor(length: number) {
    super(`${length} bytes of measurements are no whole number of ${MEASUREMENT_BYTES}-byte records`);
  }
}
