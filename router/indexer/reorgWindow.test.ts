import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockAt } from '../registry/events.arbitrary.ts';
import { emptySet } from '../registry/providerSet.ts';
import {
  extend,
  indexUpTo,
  links,
  newest,
  oldest,
  openWindow,
  type ReorgWindow,
  rollBack,
} from './reorgWindow.ts';

const setAt = (number: number) => emptySet(blockAt(number));
const numbers = ({ steps }: ReorgWindow) => [...steps].map(({ block }) => Number(block.number));

describe('extend()', () => {
  it('keeps one step at or below the depth and drops what is older', () => {
    let window = openWindow(setAt(0), 3);
    for (const number of [1, 2, 3]) window = extend(window, setAt(number));
    expect(numbers(window)).toEqual([0, 1, 2, 3]);
    window = extend(window, setAt(4));
    expect(numbers(window)).toEqual([1, 2, 3, 4]);
    window = extend(window, setAt(100));
    expect(numbers(window)).toEqual([4, 100]);
  });

  it('reaches back as far as the depth after steps of any length', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 })),
        fc.integer({ min: 0, max: 60 }),
        (gaps, depth) => {
          let window = openWindow(setAt(0), depth);
          let tip = 0;
          for (const gap of gaps) {
            tip += gap;
            window = extend(window, setAt(tip));
            const [oldest, second = tip] = numbers(window) as [number, number?];
            expect(newest(window).block.number).toBe(BigInt(tip));
            expect(oldest === 0 || oldest <= tip - depth).toBe(true);
            expect(numbers(window).length === 1 || second > tip - depth).toBe(true);
          }
        },
      ),
    );
  });
});

describe('extend() where the chain tells what is final', () => {
  it('keeps the newest step that is final and all above it, however far below the head that is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ gap: fc.integer({ min: 1, max: 9 }), lag: fc.nat(200) }), {
          minLength: 1,
          maxLength: 300,
        }),
        (blocks) => {
          let window = openWindow(setAt(0), 3);
          let tip = 0;
          let final = 0;
          let all = [0];
          for (const { gap, lag } of blocks) {
            tip += gap;
            final = Math.max(final, tip - lag);
            all = [...all, tip];
            window = extend(window, setAt(tip), BigInt(final));
            const base = all.findLast((number) => number <= final) ?? 0;
            expect(numbers(window)).toEqual(all.filter((number) => number >= base));
            expect(Number(oldest(window).block.number)).toBe(base);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('never drops the newest', () => {
    const window = extend(openWindow(setAt(0), 3), setAt(5), 1000n);
    expect(numbers(window)).toEqual([5]);
  });
});

describe('indexUpTo()', () => {
  it('finds the newest step up to a block', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 300 }),
        fc.nat(510),
        (unsorted, wanted) => {
          const all = [0, ...unsorted.sort((a, b) => a - b)];
          const window = all
            .slice(1)
            .reduce((built, number) => extend(built, setAt(number), 0n), openWindow(setAt(0), 0));
          expect(indexUpTo(window.steps, BigInt(wanted))).toBe(
            all.findLastIndex((number) => number <= wanted),
          );
          expect(indexUpTo(window.steps, -1n)).toBe(-1);
        },
      ),
    );
  });
});

describe('rollBack()', () => {
  const window = [1, 2, 5].reduce((built, number) => extend(built, setAt(number)), openWindow(setAt(0), 10));

  it('undoes every step after the block', () => {
    const rolledBack = rollBack(window, blockAt(2)) ?? expect.fail('the block is in the window');
    expect(numbers(rolledBack)).toEqual([0, 1, 2]);
    expect(numbers(window)).toEqual([0, 1, 2, 5]);
  });

  it('knows no block of another branch and none between two steps', () => {
    expect(rollBack(window, blockAt(2, 1))).toBeUndefined();
    expect(rollBack(window, blockAt(4))).toBeUndefined();
  });
});

describe('links()', () => {
  it('asks for the next number and the parent hash', () => {
    expect(links(blockAt(4), blockAt(5))).toBe(true);
    expect(links(blockAt(4), blockAt(6))).toBe(false);
    expect(links(blockAt(4, 1), blockAt(5))).toBe(false);
    expect(links(blockAt(4), { ...blockAt(4), parentHash: blockAt(4).hash })).toBe(false);
  });
});
