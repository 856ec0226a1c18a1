import { ms } from '../../../router/core/units.ts';
import { pacedIntervalMs } from '../../../router/watcher/probeTiming.ts';
import { type ChunkLimits, chunkLimits, chunkSizes } from '../../../router/watcher/revealGas.ts';
import { type Charged, type Prices, priceOf } from './prices.ts';
import type { EpochFigures, SentKind, SizeFigures, WatcherBenchResults } from './results.ts';

/** What one watcher takes at one size of network. Memory in bytes. */
export interface Need {
  readonly providers: number;
  readonly networks: number;
  /** How often it asks, of all services together. */
  readonly probesPerSecond: number;
  /** Of each service. */
  readonly samplesPerEpoch: number;
  /** Of one core, 0 to 1 and beyond, while it asks. */
  readonly cores: number;
  /** From an epoch's end until its report is revealed. */
  readonly closeCpuSeconds: number;
  /** By JavaScript, at the end of an epoch. */
  readonly held: number;
  readonly transactions: number;
  readonly gas: number;
  readonly bytes: number;
  /** Gas and share of the blobs. */
  readonly usdPerDay: { readonly gas: number; readonly data: number };
  /** For each breach that it attests. */
  readonly usdPerBreach: number;
}

/** Straight lines through what was measured. */
export interface Slopes {
  readonly cpuMsPerProbe: number;
  readonly closeMsPerSample: number;
  readonly closeMsPerService: number;
  readonly heldPerService: number;
  readonly heldAtNothing: number;
  readonly bytesPerSample: number;
  readonly perRecord: SentAmount;
  readonly perChunk: SentAmount;
  readonly perBreach: SentAmount;
  readonly commit: SentAmount;
  readonly claim: SentAmount;
}

/** Of signed transactions. */
export interface SentAmount extends Charged {
  readonly bytes: number;
}

export interface Estimate {
  readonly slopes: Slopes;
  /** The size that was measured, as a network of the epoch's length has it. */
  readonly measured: Need;
  /** Asked as often as a watcher ever asks. */
  readonly large: Need;
  /** Each service asked as often as in a small network. */
  readonly largeAndOften: Need;
}

const LARGE = { providers: 1_000, networks: 100 };
/** Of a service, in a network that one watcher can ask that often: every half minute. */
const USUAL_INTERVAL_SECONDS = 30;
/** One watcher's own bound. */
const MOST_PROBES_PER_SECOND = 1_000 / pacedIntervalMs(ms(0), 1);
/** Samples and successes of an epoch of hours take two bytes each, where those of the measured minute took one. */
const ONE_BYTE = 0xff;
const FULLER: SentAmount = { gas: 2 * 30, bytes: 0, fastLzBytes: 2 };
const BLOCK_GAS = 30_000_000n;
/** Each chunk of a reveal names the hashes of all: 32 bytes at the calldata floor. */
const GAS_PER_HASH = 1_280;
const BYTES_PER_HASH = 32;
const SECONDS_PER_HOUR = 3_600;
const NOTHING: SentAmount = { gas: 0, bytes: 0, fastLzBytes: 0 };

/** What the sizes between and beyond the measured ones take. Pure. */
export function estimateNeed(results: WatcherBenchResults): Estimate {
  const slopes = slopesOf(results);
  const { providers, networks } = results.sizes.at(-1) ?? LARGE;
  const need = (size: Size, most: number) => needOf(size, most, slopes, results);
  return {
    slopes,
    measured: need({ providers, networks }, MOST_PROBES_PER_SECOND),
    large: need(LARGE, MOST_PROBES_PER_SECOND),
    largeAndOften: need(LARGE, Number.POSITIVE_INFINITY),
  };
}

interface Size {
  readonly providers: number;
  readonly networks: number;
}

function needOf(
  { providers, networks }: Size,
  mostProbesPerSecond: number,
  slopes: Slopes,
  { prices, epochHours }: Pick<WatcherBenchResults, 'prices' | 'epochHours'>,
): Need {
  const services = providers * networks;
  const probesPerSecond = Math.min(services / USUAL_INTERVAL_SECONDS, mostProbesPerSecond);
  const samples = probesPerSecond * epochHours * SECONDS_PER_HOUR;
  const perRecord = samples / services > ONE_BYTE ? plus(slopes.perRecord, FULLER) : slopes.perRecord;
  const sent = transactionsOf(services, { ...slopes, perRecord }, chunkLimits(BLOCK_GAS));
  const epochsPerDay = 24 / epochHours;
  const usd = sent.map((one) => priceOf(one, prices));
  return {
    ...{ providers, networks, probesPerSecond, samplesPerEpoch: samples / services },
    cores: (probesPerSecond * slopes.cpuMsPerProbe) / 1_000,
    closeCpuSeconds: (samples * slopes.closeMsPerSample + services * slopes.closeMsPerService) / 1_000,
    held: slopes.heldAtNothing + services * slopes.heldPerService + samples * slopes.bytesPerSample,
    transactions: sent.length,
    gas: sum(sent, ({ gas }) => gas),
    bytes: sum(sent, ({ bytes }) => bytes),
    usdPerDay: {
      gas: epochsPerDay * sum(usd, ({ gas }) => gas),
      data: epochsPerDay * sum(usd, ({ data }) => data),
    },
    usdPerBreach: usdOfMore(slopes.perBreach, prices),
  };
}

/** Of one healthy epoch. */
function transactionsOf(services: number, slopes: Slopes, limits: ChunkLimits): SentAmount[] {
  const sizes = chunkSizes({ records: services, breaches: 0 }, limits);
  const others = sizes.length - 1;
  const hashes = {
    gas: others * GAS_PER_HASH,
    bytes: others * BYTES_PER_HASH,
    fastLzBytes: others * BYTES_PER_HASH,
  };
  const chunks = sizes.map(({ records }) =>
    plus(plus(slopes.perChunk, times(slopes.perRecord, records)), hashes),
  );
  return [slopes.commit, ...chunks, slopes.claim];
}

function slopesOf({ sizes, bytesPerSample }: WatcherBenchResults): Slopes {
  const [small, large] = sizes;
  if (small === undefined || large === undefined) throw new RangeError('two sizes are needed for a slope');
  const services = large.services - small.services;
  // Without the samples that are in it.
  const heldOf = ({ heldWarm, epoch }: SizeFigures) => heldWarm - epoch.samples * bytesPerSample;
  const heldPerService = Math.max(0, (heldOf(large) - heldOf(small)) / services);
  const reveals = [small, large].map(({ epoch }) => revealOf(epoch));
  const [revealSmall = NOTHING, revealLarge = NOTHING] = reveals;
  const perRecord = times(minus(revealLarge, revealSmall), 1 / services);
  const { breaching } = small;
  const moreSamples = large.epoch.samples - large.shortEpoch.samples;
  const closeMsPerSample = Math.max(0, (large.epoch.closeCpuMs - large.shortEpoch.closeCpuMs) / moreSamples);
  return {
    cpuMsPerProbe: large.probing.cpuMs / large.probing.probes,
    closeMsPerSample,
    closeMsPerService: large.shortEpoch.closeCpuMs / large.services,
    heldPerService,
    heldAtNothing: heldOf(small) - small.services * heldPerService,
    bytesPerSample,
    perRecord,
    perChunk: minus(revealSmall, times(perRecord, small.epoch.services)),
    perBreach:
      breaching === undefined || breaching.breaches === 0
        ? NOTHING
        : times(minus(revealOf(breaching), revealSmall), 1 / breaching.breaches),
    commit: sentOf(large.epoch, 'commit'),
    claim: sentOf(large.epoch, 'claimReward'),
  };
}

/** Of one chunk: both sizes fit into one. */
function revealOf(epoch: EpochFigures): SentAmount {
  const found = epoch.sent.find(({ name }) => name === 'reveal');
  if (found === undefined || found.count !== 1) throw new RangeError('a report of one chunk is needed');
  return found;
}

/** One of them. */
function sentOf({ sent }: EpochFigures, kind: SentKind['name']): SentAmount {
  const found = sent.find(({ name }) => name === kind);
  return found === undefined ? NOTHING : times(found, 1 / found.count);
}

/** What it adds to a transaction that is there anyway. */
function usdOfMore(more: SentAmount, prices: Prices): number {
  const base: SentAmount = { gas: 0, bytes: 0, fastLzBytes: 1_000 };
  const [with_, without] = [plus(base, more), base].map((one) => priceOf(one, prices));
  return (with_?.gas ?? 0) + (with_?.data ?? 0) - (without?.gas ?? 0) - (without?.data ?? 0);
}

function plus(one: SentAmount, other: SentAmount): SentAmount {
  return {
    gas: one.gas + other.gas,
    bytes: one.bytes + other.bytes,
    fastLzBytes: one.fastLzBytes + other.fastLzBytes,
  };
}

function times(one: SentAmount, factor: number): SentAmount {
  return { gas: one.gas * factor, bytes: one.bytes * factor, fastLzBytes: one.fastLzBytes * factor };
}

function minus(one: SentAmount, other: SentAmount): SentAmount {
  return plus(one, times(other, -1));
}

function sum<Item>(items: readonly Item[], pick: (item: Item) => number): number {
  return items.reduce((total, item) => total + pick(item), 0);
}
