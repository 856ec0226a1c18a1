import { expect, test } from 'vitest';
import { ms } from '../../core/units.ts';
import { headerOf, mainnetHeaders } from '../proof/mainnet.fixture.ts';
import { nearUntil } from './anchor.ts';

const header = headerOf(mainnetHeaders.at(-1)!);
const dated = (at: number, head: number, depth: number) => ({
  anchor: { header, number: head - depth, head, agreedBy: [] },
  at: ms(at),
});

test('the faster a network, the sooner full nodes have forgotten a block’s state', () => {
  // A block in 12 seconds, and 50 more until it is gone.
  expect(nearUntil(dated(300_000, 1_025, 70), dated(0, 1_000, 70))).toBe(300_000 + 600_000);
  // Four a second.
  expect(nearUntil(dated(300_000, 2_200, 80), dated(0, 1_000, 80))).toBe(300_000 + 10_000);
});

test('an old block is not near any more', () => {
  expect(nearUntil(dated(300_000, 2_200, 900), dated(0, 1_000, 900))).toBeLessThan(300_000);
  expect(nearUntil(dated(300_000, 2_200, 900), undefined)).toBeLessThan(300_000);
});

test('as long as nobody knows how fast a network is, only the depth counts', () => {
  expect(nearUntil(dated(300_000, 1_000, 70), undefined)).toBe(Number.POSITIVE_INFINITY);
  expect(nearUntil(dated(300_000, 1_000, 70), dated(0, 1_000, 70))).toBe(Number.POSITIVE_INFINITY);
});
