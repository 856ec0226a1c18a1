import type { SettlementEndpoint } from '../../chain/settlementEndpoints.ts';
import { unixSeconds } from '../../core/units.ts';
import { scoresOf } from '../../registry/judgeEpoch.ts';
import type { EpochRecord, NetworkRecord } from '../../registry/networkRecord.ts';
import type { BlockRef, ProviderSet } from '../../registry/providerSet.ts';
import type { ChainQuirks } from '../chainQuirks.ts';
import { createCaseBook } from './caseBook.ts';
import { createEpochBook } from './epochBook.ts';
import { inTurns } from './inTurns.ts';
import { createLogReader } from './logReader.ts';
import { createRecentLogs, type ReadResult, type RecentLogsArgs } from './recentLogs.ts';
import type { WatchedContracts } from './watchedContracts.ts';

/** Follows the record of one hub and its court. */
export interface RecordFollower {
  /**
   * One look, up to `target`. Anything but `current`: the record stays as it was. Rejects with endpoint errors as they
   * are; the next look goes on from where it stood.
   */
  look(endpoint: SettlementEndpoint, target: BlockRef, signal: AbortSignal): Promise<ReadResult>;
  /** Undefined before the first whole look. */
  record(): NetworkRecord | undefined;
}

export interface RecordFollowerArgs {
  readonly contracts: WatchedContracts;
  /** What reports and cases are about. */
  readonly set: () => ProviderSet;
  readonly quirks: ChainQuirks;
  readonly maxRange: number;
  readonly onJudged: (epoch: EpochRecord) => void;
}

// A case waits for whoever executes it.
const LATE_EXECUTION_SECONDS = 86_400;

export function createRecordFollower(args: RecordFollowerArgs): RecordFollower {
  const { contracts, set, quirks, maxRange, onJudged } = args;
  const { params, hub, court, deploymentBlock, caseSeconds } = contracts;
  let record: NetworkRecord | undefined;

  const startAt =
    (timeOf: (target: BlockRef) => number): RecentLogsArgs['start'] =>
    (reader, target) =>
      reader.firstSince(unixSeconds(timeOf(target)), deploymentBlock, target.number);

  const epochs = createEpochBook({ params, hub, set, onJudged });
  const hubLogs = createRecentLogs({ maxRange, fold: epochs.reveals, start: startAt(() => epochs.since()) });

  const cases = createCaseBook();
  const courtLogs = createRecentLogs({
    maxRange,
    fold: cases,
    start: startAt(({ timestamp }) => {
      const { providers, block } = set();
      const isAnyPending = providers.values().some(({ locked }) => locked > 0n);
      // Most often nobody's stake is locked: then no case is pending, and there is nothing to look for in the past.
      return isAnyPending
        ? timestamp - caseSeconds - LATE_EXECUTION_SECONDS
        : Math.min(timestamp, block.timestamp);
    }),
  });

  return {
    async look(endpoint, target, signal) {
      epochs.setTime(target.timestamp);
      const result = await hubLogs.readTo(createLogReader(endpoint, hub, quirks), target, signal);
      if (result !== 'current') return result;
      const ofCourt = await courtLogs.readTo(createLogReader(endpoint, court, quirks), target, signal);
      if (ofCourt !== 'current') return ofCourt;
      const judged = await epochs.judge(endpoint.client);
      const lastEpoch = epochs.lastEpoch();
      const known = record?.epochs === judged && record.lastEpoch === lastEpoch ? record : undefined;
      record = {
        block: target,
        lastEpoch,
        epochs: judged,
        scores: known?.scores ?? (await inTurns(scoresOf(judged, lastEpoch ?? -1))),
        cases: cases.pending(),
      };
      return 'current';
    },
    record: () => record,
  };
}
