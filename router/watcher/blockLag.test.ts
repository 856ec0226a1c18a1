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

/** As the rule says it, without a thought for its cost. */
function naiveLags(claims: readonly HeadClaim<string>[]): Map<string, number[]> {
  const lags = new Map<string, number[]>();
  for (const claim of claims.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const newest = new Map<string, number>();
    for (const { key, endedAt, head } of claims.toSorted((a, b) => a.endedAt - b.endedAt)) {
      if (endedAt <= claim.startedAt && key !== claim.key) newest.set(key, head);
    }
    const heads = [claim.head, ...newest.values()].sort((a, b) => b - a);
    if (heads.length < 3) continue;
    const lag = Math.max(0, heads[Math.floor(heads.length / 2)]! - claim.head);
    lags.set(claim.key, [...(lags.get(claim.key) ?? []), lag]);
  }
  return lags;
}

test('the lags of any claims are those that the rule says', () => {
  const claim = fc
    .record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      startedAt: fc.integer({ min: 0, max: 40 }),
      tookMs: fc.integer({ min: 0, max: 15 }),
      head: fc.integer({ min: 90, max: 110 }),
    })
    .map(({ tookMs, ...one }) => ({ ...one, endedAt: one.startedAt + tookMs }));
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 40 }), (claims) => {
      expect(blockLags(claims)).toEqual(naiveLags(claims));
    }),
  );
});
