import type { PublicClient } from 'viem';
import { type EpochParams, lastClosedEpoch, windowsOf } from '../../chain/epochClock.ts';
import { type UnixSeconds, unixSeconds } from '../../core/units.ts';
import { servicesOf } from '../../registry/judgeEpoch.ts';
import type { EpochRecord } from '../../registry/networkRecord.ts';
import type { Address, ProviderSet } from '../../registry/providerSet.ts';
import { SCORED_EPOCHS } from '../../registry/scores.ts';
import { judgeRevealed } from './judgeRevealed.ts';
import type { LogFold } from './recentLogs.ts';
import { createRevealBook } from './revealBook.ts';

/** The newest epochs that are over, each judged once all who will ever speak of it have spoken. */
export interface EpochBook {
  readonly reveals: LogFold;
  /** The chain's time, of the block that is read up to. May go back. */
  setTime(now: UnixSeconds): void;
  /** When the first reveal that counts may have come. */
  since(): UnixSeconds;
  lastEpoch(): number | undefined;
  /**
   * The newest first; the same list as before when nothing of it changed. Asks for the weights of new ones: rejects
   * with endpoint errors as they are.
   */
  judge(client: PublicClient): Promise<readonly EpochRecord[]>;
}

export interface EpochBookArgs {
  readonly params: EpochParams;
  readonly hub: Address;
  /** What reports are about. */
  readonly set: () => ProviderSet;
  readonly onJudged: (epoch: EpochRecord) => void;
}

interface Judged {
  /** Of what was revealed. */
  readonly version: number;
  readonly record: EpochRecord;
}

export function createEpochBook({ params, hub, set, onJudged }: EpochBookArgs): EpochBook {
  let now = unixSeconds(0);
  let judged: readonly Judged[] = [];
  let records: readonly EpochRecord[] = [];
  let counted: { readonly providers: ProviderSet['providers']; readonly services: number } | undefined;
  const lastEpoch = () => lastClosedEpoch(params, now);
  const firstEpoch = () => Math.max(0, (lastEpoch() ?? 0) - SCORED_EPOCHS + 1);
  const reveals = createRevealBook({
    isWanted: (epoch) => epoch >= firstEpoch() && windowsOf(params, epoch).commitEnd <= now,
    services: () => {
      const { providers } = set();
      if (counted?.providers !== providers) counted = { providers, services: servicesIn(providers) };
      return counted.services;
    },
  });

  async function judgeOne(client: PublicClient, epoch: number): Promise<EpochRecord> {
    const record = await judgeRevealed({ client, hub, epoch, reveals }, () => servicesOf(set()));
    onJudged(record);
    return record;
  }

  return {
    reveals,
    setTime(time) {
      now = time;
    },
    since: () => windowsOf(params, firstEpoch()).commitEnd,
    lastEpoch,
    async judge(client) {
      const next: Judged[] = [];
      for (let epoch = lastEpoch() ?? -1; epoch >= firstEpoch(); epoch -= 1) {
        const version = reveals.version(epoch);
        if (version === 0) continue;
        const known = judged.find(({ record }) => record.epoch === epoch);
        const isSame = known?.version === version;
        next.push(isSame ? known : { version, record: await judgeOne(client, epoch) });
      }
      reveals.forgetBefore(firstEpoch());
      const isSame = next.length === judged.length && next.every((one, index) => one === judged[index]);
      judged = next;
      if (!isSame) records = next.map(({ record }) => record);
      return records;
    },
  };
}

function servicesIn(providers: ProviderSet['providers']): number {
  return providers.values().reduce((sum, { services }) => sum + services.size, 0);
}
