import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockAt } from '../registry/events.arbitrary.ts';
import { emptySet } from '../registry/providerSet.ts';
import { extend, links, newest, openWindow, rollBack } from './reorgWindow.ts';

const setAt = (number: number) => emptySet(blockAt(number));
const numbers = (window: { steps: readonly { block: { number: bigint } }[] }) =>
  window.steps.map(({ block }) => Number(block.number));

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
