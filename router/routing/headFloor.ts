import { type Ms, ms, seconds } from '../core/units.ts';

/** What an answer that names the chain's newest block is worth. */
export interface HeadVerdict {
  /** It comes from a stuck service or from a liar. */
  readonly isDoubtful: boolean;
  /** What the client is told. */
  readonly number: number;
}

/** The newest block that clients were told of: no later answer names an older one. */
export interface HeadFloor {
  /**
   * A number below the floor, but within the lag limit, is answered with the floor at once: a service has shown that
   * block, and asking around for it would cost calls and tell nothing. One further below comes from a stuck service,
   * one far ahead of the agreed head from a liar: both are doubtful.
   */
  judge(number: number, agreed: number | undefined, now: Ms, isTrusted: boolean): HeadVerdict;
  current(): number | undefined;
}

// A chain that was set back, and stays so, takes the floor with it after this time, or at once when the agreed head fell
// by more than a jump. A smaller fall is mostly none of the chain's: those who had the newest blocks fell silent.
const FLOOR_LASTS_MS = seconds(60);

export interface HeadFloorLimits {
  readonly maxLagBlocks: number;
  readonly maxHeadJump: number;
}

/** @param limits as they are now: they may change */
export function createHeadFloor(limits: () => HeadFloorLimits): HeadFloor {
  let floor: number | undefined;
  let risenAt = ms(0);
  /** Since the floor was laid. */
  let highestAgreed = 0;

  function settle(agreed: number, now: Ms) {
    highestAgreed = Math.max(highestAgreed, agreed);
    if (floor === undefined || floor <= agreed) return;
    const isSetBackFar = highestAgreed - agreed > limits().maxHeadJump;
    if (!isSetBackFar && now - risenAt <= FLOOR_LASTS_MS) return;
    floor = undefined;
    highestAgreed = agreed;
  }

  function raise(number: number, now: Ms): HeadVerdict {
    if (floor === undefined || number > floor) {
      floor = number;
      risenAt = now;
    }
    return { isDoubtful: false, number: floor };
  }

  return {
    judge(number, agreed, now, isTrusted) {
      if (agreed === undefined) return raise(number, now);
      settle(agreed, now);
      const { maxLagBlocks, maxHeadJump } = limits();
      const known = Math.max(floor ?? 0, agreed);
      const isFarAhead = !isTrusted && number > agreed + maxHeadJump;
      if (number < known - maxLagBlocks || isFarAhead) return { ...raise(known, now), isDoubtful: true };
      // Polls lag behind the chain a little; what is told never runs further ahead of them than lag is allowed.
      return raise(isTrusted ? number : Math.min(number, agreed + maxLagBlocks), now);
    },
    current: () => floor,
  };
}
