import type { BlockRef } from '../../registry/providerSet.ts';
import { lastHeld } from '../lastHeld.ts';
import type { MinedLog } from '../logAnswer.ts';
import { logRanges } from '../logRanges.ts';
import { readRange } from '../rangeRead.ts';
import { links } from '../reorgWindow.ts';
import { inTurns } from './inTurns.ts';
import type { LogReader } from './logReader.ts';

/** What becomes of logs. Neither throws: strangers write them. */
export interface LogFold {
  take(log: MinedLog): void;
  /** What later blocks held never was. */
  rollBack(to: bigint): void;
}

/**
 * Logs from a point in the recent past on, for what needs no older ones and survives a loss: unlike the provider set's,
 * they are not kept over restarts, and a branch left deeper than is remembered is read from that point on again.
 */
export interface RecentLogs {
  /**
   * Reads on up to `target`. `moved`: the chain changed meanwhile, look again; `behind`: what was read before is newer.
   * What was read by the time that it throws stays. Rejects with endpoint errors as they are.
   */
  readTo(reader: LogReader, target: BlockRef, signal: AbortSignal): Promise<ReadResult>;
}

export type ReadResult = 'current' | 'moved' | 'behind';

export interface RecentLogsArgs {
  readonly fold: LogFold;
  /** Where it begins, the first time and when all is read again. */
  readonly start: (reader: LogReader, target: BlockRef) => Promise<bigint>;
  /** Most blocks asked for at once. */
  readonly maxRange: number;
}

// At a look every few seconds, deeper than reorgs of a live chain.
const KEPT_TIPS = 128;

export function createRecentLogs({ fold, start, maxRange }: RecentLogsArgs): RecentLogs {
  /** Blocks up to which was read, oldest first, each a descendant of the one before. */
  let tips: readonly BlockRef[] = [];

  async function rollBack(reader: LogReader): Promise<void> {
    const held = await lastHeld(tips.length, async (index) => {
      const tip = tips[index];
      return tip !== undefined && (await reader.blockAt(tip.number))?.hash === tip.hash;
    });
    tips = tips.slice(0, held + 1);
    fold.rollBack(tips.at(-1)?.number ?? -1n);
  }

  return {
    async readTo(reader, target, signal) {
      const tip = tips.at(-1);
      if (tip?.hash === target.hash) return 'current';
      if (tip !== undefined && target.number < tip.number) return 'behind';
      if (tip?.number === target.number) {
        await rollBack(reader);
        return 'moved';
      }
      const ranges = logRanges({
        from: tip === undefined ? await start(reader, target) : tip.number + 1n,
        to: target.number,
        fetch: (from, to) => readRange(reader, from, to),
        ...{ maxRange, signal },
      });
      for await (const { value } of ranges) {
        if (value === undefined) return 'moved';
        const last = tips.at(-1);
        if (last !== undefined && !links(last, value.first)) {
          await rollBack(reader);
          return 'moved';
        }
        await inTurns(taking(fold, value.events));
        tips = [...tips, value.last].slice(-KEPT_TIPS);
      }
      return 'current';
    },
  };
}

function* taking(fold: LogFold, logs: readonly MinedLog[]): Generator<undefined, void> {
  for (const log of logs) {
    fold.take(log);
    yield;
  }
}
