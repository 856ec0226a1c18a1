import { type Ms, ms, seconds } from '../core/units.ts';

/** What an answer that names the chain's newest block is worth. */
export interface HeadVerdict {
  /** It comes from a stuck service or from a liar. */
  readonly isDoubtful: boolean;
  /** What the client is told. */
  readonly number: number;
}

/** What clients were told. Of two the later is that of the later era, and within an era the higher. */
export interface Told {
  /** Counts from 1; another begins each time the chain is taken as set back. */
  readonly era: number;
  readonly number: number;
  /** The agreed head when it was first told; the number itself when none was known. */
  readonly agreed: number;
}

/** What processes that serve the same clients have told them. Every `load` sees each `store` that ended before it began. */
export interface FloorMemory {
  /** The latest that any process has told; undefined before the first. */
  load(): Told | undefined;
  /** Before this process tells it. */
  store(told: Told): void;
}

/**
 * The newest block that clients were told of: no later answer names an older one, nor one of another process that has
 * the same memory. The rule that makes it so: what is told was stored before, and whoever tells has loaded since it
 * was asked.
 */
export interface HeadFloor {
  /**
   * A number below the floor, but within the lag limit, is answered with the floor at once: a service has shown that
   * block, and asking around for it would cost calls and tell nothing. One further below comes from a stuck service,
   * one far ahead of the agreed head from a liar: both are doubtful.
   */
  judge(number: number, agreed: number | undefined, now: Ms, isTrusted: boolean): HeadVerdict;
  /** The agreed head is now this one. */
  follow(agreed: number): void;
  /** As of the last look at what other processes told. */
  current(): number | undefined;
  /** As of now. Costs such a look. */
  latest(now: Ms): number | undefined;
}

// A chain that was set back, and stays so, takes the floor with it after this time, or at once when the agreed head fell
// by more than a jump. A smaller fall is mostly none of the chain's: those who had the newest blocks fell silent.
const FLOOR_LASTS_MS = seconds(60);

export interface HeadFloorLimits {
  readonly maxLagBlocks: number;
  readonly maxHeadJump: number;
}

/**
 * @param limits as they are now: they may change
 * @param memory left out: no other process tells these clients anything
 */
export function createHeadFloor(limits: () => HeadFloorLimits, memory?: FloorMemory): HeadFloor {
  let era = 1;
  let told: Told | undefined;
  let toldSince = ms(0);
  /** One that has just begun, and may not know the chain's head yet, has seen no fall of it. */
  let highestAgreed = 0;

  function look(now: Ms) {
    const other = memory?.load();
    if (other === undefined || other.era < era) return;
    if (other.era === era && told !== undefined && other.number <= told.number) return;
    era = other.era;
    told = other;
    toldSince = now;
  }

  function follow(agreed: number) {
    highestAgreed = Math.max(highestAgreed, agreed);
  }

  function settle(agreed: number, now: Ms) {
    if (told === undefined || told.number <= agreed) return;
    const { maxHeadJump } = limits();
    const isSetBackFar = Math.min(told.agreed, highestAgreed) - agreed > maxHeadJump;
    if (!isSetBackFar && now - toldSince <= FLOOR_LASTS_MS) return;
    era += 1;
    told = undefined;
  }

  function raise(number: number, agreed: number, now: Ms): HeadVerdict {
    if (told === undefined || number > told.number) {
      told = { era, number, agreed };
      toldSince = now;
      memory?.store(told);
    }
    return { isDoubtful: false, number: told.number };
  }

  return {
    judge(number, agreed, now, isTrusted) {
      look(now);
      if (agreed === undefined) return raise(number, number, now);
      follow(agreed);
      settle(agreed, now);
      const { maxLagBlocks, maxHeadJump } = limits();
      const known = Math.max(told?.number ?? 0, agreed);
      const isFarAhead = !isTrusted && number > agreed + maxHeadJump;
      if (number < known - maxLagBlocks || isFarAhead)
        return { ...raise(known, agreed, now), isDoubtful: true };
      // Polls lag behind the chain a little; what is told never runs further ahead of them than lag is allowed.
      return raise(isTrusted ? number : Math.min(number, agreed + maxLagBlocks), agreed, now);
    },
    follow,
    current: () => told?.number,
    latest(now) {
      look(now);
      return told?.number;
    },
  };
}
