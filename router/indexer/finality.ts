import type { Clock } from '../core/clock.ts';
import type { Ms } from '../core/units.ts';
import type { ChainReader } from './chainReader.ts';

/** The last block that no reorg can reach, as last heard: it moves seldom, and an older answer stays true. */
export interface Finality {
  /** Undefined where the chain does not tell. */
  asOf(reader: ChainReader): Promise<bigint | undefined>;
}

const ASK_INTERVAL_MS = 4_000;

export function createFinality(clock: Clock): Finality {
  let number: bigint | undefined;
  let askedAt: Ms | undefined;
  return {
    async asOf(reader) {
      const now = clock.now();
      if (askedAt !== undefined && now - askedAt < ASK_INTERVAL_MS) return number;
      number = await reader.final();
      askedAt = now;
      return number;
    },
  };
}
