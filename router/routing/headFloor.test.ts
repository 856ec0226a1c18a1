import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../core/units.ts';
import { createHeadFloor } from './headFloor.ts';

const NOW = ms(1_000);
const made = () => createHeadFloor(() => ({ maxLagBlocks: 10, maxHeadJump: 64 }));

describe('headFloor', () => {
  it('tells a number as it is, and then no older one', () => {
    const floor = made();
    expect(floor.judge(105, 104, NOW, false)).toEqual({ isDoubtful: false, number: 105 });
    expect(floor.judge(104, 104, NOW, false)).toEqual({ isDoubtful: false, number: 105 });
    expect(floor.judge(106, 104, NOW, false)).toEqual({ isDoubtful: false, number: 106 });
  });

  it('doubts one that is stuck or far ahead, and knows better itself', () => {
    const floor = made();
    floor.judge(105, 104, NOW, false);
    expect(floor.judge(94, 104, NOW, false)).toEqual({ isDoubtful: true, number: 105 });
    expect(floor.judge(1_000_000, 104, NOW, false)).toEqual({ isDoubtful: true, number: 105 });
    expect(floor.judge(104, 104, NOW, false).number).toBe(105);
  });

  it('runs no further ahead of the polls than lag is allowed, but believes an own upstream', () => {
    expect(made().judge(160, 100, NOW, false)).toEqual({ isDoubtful: false, number: 110 });
    expect(made().judge(1_000, 100, NOW, true)).toEqual({ isDoubtful: false, number: 1_000 });
  });

  it('goes down with a chain that was set back far, or for long', () => {
    const far = made();
    far.judge(105, 105, NOW, false);
    expect(far.judge(3, 3, NOW, false)).toEqual({ isDoubtful: false, number: 3 });
    const long = made();
    long.judge(105, 105, NOW, false);
    expect(long.judge(101, 101, NOW, false).number).toBe(105);
    expect(long.judge(101, 101, ms(NOW + 60_001), false).number).toBe(101);
  });

  it('goes down once for each time that the chain is set back', () => {
    const floor = made();
    floor.judge(1_000, 1_000, NOW, false);
    expect(floor.judge(4, 3, NOW, false).number).toBe(4);
    expect(floor.judge(3, 3, NOW, false).number).toBe(4);
  });

  it('stays when those who have the newest blocks fall silent', () => {
    const floor = made();
    expect(floor.judge(38, 28, NOW, false).number).toBe(38);
    expect(floor.judge(39, 25, NOW, false)).toEqual({ isDoubtful: false, number: 38 });
    expect(floor.judge(12, 12, NOW, false)).toEqual({ isDoubtful: true, number: 38 });
  });

  it('never goes back while the agreed head does not', () => {
    const answers = fc.array(fc.tuple(fc.integer({ min: -200, max: 200 }), fc.nat(3), fc.nat(5_000)));
    fc.assert(
      fc.property(answers, (steps) => {
        const floor = made();
        let agreed = 1_000;
        let now = 0;
        let last = 0;
        for (const [offset, growth, passed] of steps) {
          agreed += growth;
          now += passed;
          const { number } = floor.judge(agreed + offset, agreed, ms(now), false);
          // The time after which a chain counts as set back is the one exception.
          if (now < 60_000) expect(number).toBeGreaterThanOrEqual(last);
          expect(number).toBeLessThanOrEqual(agreed + 10);
          expect(number).toBeGreaterThanOrEqual(agreed - 10);
          last = number;
        }
      }),
    );
  });
});
