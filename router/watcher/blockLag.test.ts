import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockLags, type HeadClaim } from './blockLag.ts';

const BLOCK_MS = 1_000;

/** Services asked in turn every 250 ms for a while; each says `headOf` at that time. */
function claims(headOf: Record<string, (height: number) => number>, seconds = 20): HeadClaim<string>[] {
  const keys = Object.keys(headOf);
  return Array.from({ length: seconds * 4 }, (_, index) => {
    const key = keys[index % keys.length]!;
    const startedAt = index * 250;
    const height = 1_000 + Math.floor(startedAt / BLOCK_MS);
    return { key, startedAt, endedAt: startedAt + 40, head: headOf[key]!(height) };
  });
}

const honest = (height: number) => height;

test('services at the head have no lag', () => {
  const lags = blockLags(claims({ a: honest, b: honest, c: honest }));
  expect([...lags.keys()].toSorted()).toEqual(['a', 'b', 'c']);
  for (const list of lags.values()) expect(Math.max(...list)).toBe(0);
});

test('one that falls behind is measured, against what others had shown before it was asked', () => {
  const lags = blockLags(claims({ a: honest, b: honest, c: (height) => height - 15 }));
  expect(Math.min(...lags.get('c')!)).toBeGreaterThanOrEqual(14);
  expect(Math.max(...lags.get('a')!, ...lags.get('b')!)).toBe(0);
});

test('a single liar about the future makes nobody stale', () => {
  const lags = blockLags(claims({ a: honest, b: honest, c: () => 9_999_999 }));
  for (const list of lags.values()) expect(Math.max(...list)).toBe(0);
});

test('two services alone are not compared: nothing tells which one is right', () => {
  expect(blockLags(claims({ a: honest, b: (height) => height - 100 })).size).toBe(0);
});

test('a halt of the whole network is nobody’s lag', () => {
  const lags = blockLags(claims({ a: () => 7, b: () => 7, c: () => 7 }));
  for (const list of lags.values()) expect(Math.max(...list)).toBe(0);
});

test('honest services are never behind while at most half of all say whatever they like', () => {
  const head = fc.nat(1_000_000);
  const arbitrary = fc
    .record({ honest: fc.integer({ min: 1, max: 5 }), liars: fc.nat(5), says: fc.infiniteStream(head) })
    .filter((some) => some.liars <= some.honest);
  fc.assert(
    fc.property(arbitrary, (some) => {
      const services: Record<string, (height: number) => number> = {};
      for (let index = 0; index < some.honest; index++) services[`honest${index}`] = honest;
      for (let index = 0; index < some.liars; index++)
        services[`liar${index}`] = () => some.says.next().value;
      for (const [key, list] of blockLags(claims(services))) {
        if (key.startsWith('honest')) expect(Math.max(...list)).toBe(0);
      }
    }),
  );
});
