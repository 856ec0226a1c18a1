import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSessionRing, textHash } from './sessionRing.ts';

const services = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `node-${index}`, hash: textHash(`node-${index}`) }));
const sessions = Array.from({ length: 2_000 }, (_, index) => `session-${index}`);
const all = () => true;

describe('sessionRing', () => {
  it.each([1, 3, 64, 65, 1_000])('spreads sessions over %d services', (count) => {
    const ring = createSessionRing(services(count));
    const shares = new Map<string, number>();
    for (const session of sessions) {
      const name = ring.find(session, all)?.name ?? '';
      shares.set(name, (shares.get(name) ?? 0) + 1);
    }
    expect(shares.size).toBeGreaterThan(count * 0.7);
    expect(Math.max(...shares.values())).toBeLessThan((sessions.length / count) * 2 + 12);
  });

  it.each([5, 500])('moves no other sessions when one of %d leaves or may not be asked', (count) => {
    const before = createSessionRing(services(count));
    const gone = services(count)[2];
    const after = createSessionRing(services(count).filter(({ name }) => name !== gone?.name));
    let moved = 0;
    for (const session of sessions) {
      const was = before.find(session, all)?.name;
      const next = before.find(session, ({ name }) => name !== gone?.name)?.name;
      if (was !== gone?.name) expect(next).toBe(was);
      else expect(next).not.toBe(was);
      if (after.find(session, all)?.name !== next) moved += 1;
    }
    // In a large set somebody else comes into some sessions' windows.
    expect(moved).toBeLessThan(sessions.length / 50);
  });

  it('finds one that is allowed if there is one, in small sets', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.boolean(), { maxLength: 64 }), (session, allowed) => {
        const list = services(allowed.length);
        const ring = createSessionRing(list);
        const isAllowed = (service: (typeof list)[number]) => allowed[list.indexOf(service)] === true;
        const found = ring.find(session, isAllowed);
        expect(found !== undefined && isAllowed(found)).toBe(allowed.includes(true));
        expect(ring.find(session, isAllowed)).toBe(found);
      }),
    );
  });

  it('looks at no more services when the set is larger', () => {
    let looks = 0;
    createSessionRing(services(5_000)).find('x', () => {
      looks += 1;
      return false;
    });
    expect(looks).toBeLessThanOrEqual(64);
  });
});
