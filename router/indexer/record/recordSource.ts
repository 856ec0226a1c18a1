import { setTimeout as sleep } from 'node:timers/promises';
import { describeChainError } from '../../chain/chainError.ts';
import { type EpochParams, lastClosedEpoch } from '../../chain/epochClock.ts';
import type { SettlementEndpoint, SettlementEndpoints } from '../../chain/settlementEndpoints.ts';
import type { EpochRecord, NetworkRecord } from '../../registry/networkRecord.ts';
import type { ProviderSet } from '../../registry/providerSet.ts';
import type { ProviderSource } from '../../registry/providerSource.ts';
import { createChainQuirks } from '../chainQuirks.ts';
import { createPace } from '../pace.ts';
import type { SourceLogger } from '../sourceLogger.ts';
import { blockBelowHead } from './logReader.ts';
import { createRecordFollower, type RecordFollower } from './recordFollower.ts';
import { courtInOffice, readWatchedContracts } from './watchedContracts.ts';

/** The network's record, followed on the settlement chain. No error ever empties it. */
export interface RecordSource {
  /** Begins to follow; never rejects. */
  start(): void;
  /** For good, with its connections. */
  stop(): Promise<void>;
  /** Undefined before the first. */
  current(): NetworkRecord | undefined;
  /** Called when a score or a case has changed. Returns the function that unsubscribes. */
  onChange(listener: () => void): () => void;
}

export interface RecordSourceArgs {
  /** Its own: what goes wrong here must not make the provider set's reader leave an endpoint. */
  readonly endpoints: SettlementEndpoints;
  /** Whose registry is followed, and what the record is about. */
  readonly source: Pick<ProviderSource, 'current' | 'status' | 'onChange'>;
  /** Least time between two looks. */
  readonly pollIntervalMs: number;
  /** Most blocks per log request. Default 10,000. */
  readonly maxRange?: number;
  readonly logger: SourceLogger;
}

// Most public endpoints allow so many at once; the ranges halve for the others.
const MAX_RANGE = 10_000;
// For what no set tells: that a court was replaced, or a reveal by a reorg that is long over.
const IDLE_POLL_MS = 60_000;
// An endpoint that failed is left alone for some seconds, too.
const RETRY_MS = 5_000;
// A node's index of logs is often a little later than its headers, and nothing here is urgent.
const BELOW_HEAD_BLOCKS = 2n;
// While the chain keeps changing under the reading, look again at once, but not for ever.
const MAX_LOOKS = 3;

interface Following {
  readonly registry: string;
  readonly court: string;
  readonly params: EpochParams;
  readonly follower: RecordFollower;
}

export function createRecordSource(args: RecordSourceArgs): RecordSource {
  const { endpoints, source, pollIntervalMs, maxRange = MAX_RANGE, logger } = args;
  const quirks = createChainQuirks();
  const listeners = new Set<() => void>();
  const stop = new AbortController();
  let done: Promise<void> | undefined;
  let following: Following | undefined;
  let record: NetworkRecord | undefined;
  let lastError: string | undefined;
  /** Block in which stake was last locked or freed. */
  let lockedAt = -1n;

  function publish(next: NetworkRecord | undefined): void {
    const isNews = next?.scores !== record?.scores || next?.cases !== record?.cases;
    record = next;
    if (isNews) for (const listener of listeners) listener();
  }

  /** A new court has a hub of its own, whose watchers begin anew. */
  async function followCourt({ client }: SettlementEndpoint): Promise<RecordFollower | undefined> {
    const { registry } = source.status();
    const court = await courtInOffice(client, registry);
    if (court === undefined) following = undefined;
    else if (following?.court !== court || following.registry !== registry) {
      const contracts = await readWatchedContracts(client, registry);
      const follower = createRecordFollower({ contracts, quirks, maxRange, onJudged, set: currentSet });
      following = { registry, court, params: contracts.params, follower };
    }
    return following?.follower;
  }

  function currentSet() {
    const set = source.current();
    if (set === undefined) throw new TypeError('the record is read once there is a provider set');
    return set;
  }

  function onJudged({ epoch, reports, verdicts }: EpochRecord): void {
    logger.info({ epoch, watchers: reports.length, services: verdicts.size }, 'epoch_judged');
  }

  async function look(signal: AbortSignal): Promise<void> {
    await endpoints.look(async (endpoint) => {
      const follower = await followCourt(endpoint);
      for (let round = 0; follower && round < MAX_LOOKS; round += 1) {
        const target = await blockBelowHead(endpoint, BELOW_HEAD_BLOCKS);
        if (target === undefined || (await follower.look(endpoint, target, signal)) !== 'moved') break;
      }
    }, signal);
    publish(following?.follower.record());
  }

  /**
   * A reveal matters once its epoch is closed, which the set's block tells by its time; and whatever becomes of a case
   * locks or frees stake.
   */
  function isWorthALook(set: ProviderSet): boolean {
    if (following === undefined) return false;
    const known = following.follower.record();
    if (known === undefined || known.block.number < lockedAt) return true;
    return known.lastEpoch !== lastClosedEpoch(following.params, set.block.timestamp);
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const pace = createPace(IDLE_POLL_MS);
    let before = source.current();
    const unsubscribe = source.onChange((set) => {
      if (before !== undefined && isLockedOtherwise(before, set)) lockedAt = set.block.number;
      before = set;
      if (isWorthALook(set)) pace.announce();
    });
    while (!signal.aborted) {
      // Reports about services that are not known yet would say nothing.
      const isLive = source.status().state === 'live';
      if (isLive) await lookAndTell(signal);
      const hasFailed = isLive && lastError !== undefined;
      const waitMs = hasFailed ? Math.max(RETRY_MS, pollIntervalMs) : pollIntervalMs;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (isLive && !hasFailed) await pace.next(signal, false);
    }
    unsubscribe();
  }

  async function lookAndTell(signal: AbortSignal): Promise<void> {
    try {
      await look(signal);
      lastError = undefined;
    } catch (error) {
      if (signal.aborted) return;
      const message = describeChainError(error);
      if (message !== lastError) logger.warn({ error: message }, 'record_unread');
      lastError = message;
    }
  }

  return {
    start() {
      done ??= follow(stop.signal);
    },
    async stop() {
      stop.abort();
      await done;
      await endpoints.close();
    },
    current: () => record,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function isLockedOtherwise(before: ProviderSet, now: ProviderSet): boolean {
  return now.providers
    .differences(before.providers)
    .some(({ before: was, after: is }) => (was?.locked ?? 0n) !== (is?.locked ?? 0n));
}
