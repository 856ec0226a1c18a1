import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastHeld } from './lastHeld.ts';

describe('lastHeld()', () => {
  it('finds the last place that holds, and asks little where that is near the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30_000), fc.nat(30_000), async (some, more) => {
        const count = some + more;
        let asked = 0;
        const found = await lastHeld(count, async (place) => {
          asked += 1;
          return place < some;
        });
        expect(found).toBe(some - 1);
        expect(asked).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(more + 2)) + 1);
      }),
    );
  });

  it('asks once when the last holds', async () => {
    const asked: number[] = [];
    expect(await lastHeld(20_000, async (place) => asked.push(place) > 0)).toBe(19_999);
    expect(asked).toEqual([19_999]);
  });
});
