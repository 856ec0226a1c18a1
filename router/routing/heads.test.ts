import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../core/units.ts';
import { createHeadBook, type Head, isImplausible } from './heads.ts';

const MAX_JUMP = 64;
const MAX_LAG = 10;

/** A set of services that report their heads, each so long after the one before. */
function chain(own: readonly string[] = [], betweenMs = 100) {
  const heads = new Map<string, Head>();
  const book = createHeadBook(() => ({ maxHeadJump: MAX_JUMP, maxLagBlocks: MAX_LAG }));
  let now = 0;
  return {
    report(name: string, number: number) {
      now += betweenMs;
      const trusted = own.includes(name);
      heads.set(name, book.take({ number, previous: heads.get(name), trusted, now: ms(now) }));
    },
    forget(name: string) {
      const head = heads.get(name);
      if (head) book.forget(head);
    },
    wait(forMs: number) {
      now += forMs;
    },
    agreed: book.agreed,
    implausible: () =>
      [...heads].filter(([, head]) => isImplausible(head, book.agreed(), MAX_JUMP)).map(([name]) => name),
  };
}

describe('agreed head', () => {
  it('is unknown without services and the head of a lone one', () => {
    const { report, agreed } = chain();
    expect(agreed()).toBeUndefined();
    report('a', 100);
    expect(agreed()).toBe(100);
    report('a', 1_000_000);
    expect(agreed()).toBe(1_000_000);
  });

  it('is the highest of those that go together', () => {
    const { report, agreed } = chain();
    for (const [name, number] of [
      ['a', 100],
      ['b', 102],
      ['c', 101],
    ] as const)
      report(name, number);
    expect(agreed()).toBe(102);
  });

  it.each([[['liar', 'a', 'b']], [['a', 'liar', 'b']], [['a', 'b', 'liar']]])(
    'does not believe one that is far ahead from the start, in the order %j',
    (order) => {
      const { report, agreed, implausible } = chain();
      for (const name of order) report(name, name === 'liar' ? 1_000_000 : 100);
      expect(agreed()).toBe(100);
      expect(implausible()).toEqual(['liar']);
    },
  );

  it('does not believe a jump of one that was believed, until it is back', () => {
    const { report, agreed, implausible } = chain();
    for (const name of ['a', 'b', 'c', 'a']) report(name, 100);
    report('a', 100_000);
    expect([agreed(), implausible()]).toEqual([100, ['a']]);
    report('a', 101);
    expect([agreed(), implausible()]).toEqual([101, []]);
  });

  it('follows the only one that goes on when all others are stuck', () => {
    const { report, agreed, implausible } = chain([], 1_000);
    for (const name of ['a', 'b', 'c', 'd', 'a']) report(name, 100);
    for (let number = 101; number <= 1_000; number += 1) report('a', number);
    expect([agreed(), implausible()]).toEqual([1_000, []]);
  });

  it('prefers the one of two that goes on', () => {
    const { report, agreed } = chain();
    report('stuck', 5);
    report('good', 1_000);
    report('stuck', 5);
    report('good', 1_001);
    expect(agreed()).toBe(1_001);
  });

  it('takes the lower of two that both go on', () => {
    const { report, agreed } = chain();
    for (let step = 0; step < 3; step += 1) {
      report('a', 100 + step);
      report('b', 1_000_000 + step);
    }
    expect(agreed()).toBe(102);
  });

  it('believes an own upstream alone', () => {
    const { report, agreed } = chain(['own']);
    for (const name of ['a', 'b', 'own']) report(name, name === 'own' ? 5_000 : 100);
    expect(agreed()).toBe(5_000);
  });

  it('recovers when all have jumped: after a pause of ours, or of the chain', () => {
    const { report, agreed } = chain();
    for (const name of ['a', 'b', 'c', 'a', 'b', 'c']) report(name, 100);
    for (const name of ['a', 'b', 'c', 'a', 'b', 'c']) report(name, 9_000);
    expect(agreed()).toBe(9_000);
    for (const name of ['a', 'b', 'c']) report(name, 3);
    expect(agreed()).toBe(3);
  });

  it('stays with the others when one walks ahead by steps that are no jumps', () => {
    const { report, agreed, implausible } = chain();
    let honest = 100;
    let liar = 100;
    for (let poll = 0; poll < 300; poll += 1) {
      for (const name of ['a', 'b', 'c', 'd']) report(name, honest);
      report('liar', liar);
      expect(agreed()).toBeGreaterThanOrEqual(honest);
      expect(agreed()).toBeLessThanOrEqual(honest + MAX_LAG);
      if (poll % 10 === 0) honest += 1;
      liar += MAX_JUMP;
    }
    expect(implausible()).toEqual(['liar']);
  });

  it('stays with the one that goes on step by step when all others jump together', () => {
    const { report, agreed, implausible } = chain();
    const others = ['b', 'c', 'd'];
    for (const name of ['a', ...others, 'a', ...others]) report(name, 100);
    for (let number = 101; number < 2_000; number += 1) {
      report('a', number);
      for (const name of others) report(name, 1_000_000 + number);
      expect(agreed()).toBe(number);
    }
    expect(implausible()).toEqual(others);
  });

  it('believes most after a jump once the one that did not jump has stood still for long', () => {
    const { report, agreed } = chain();
    for (const name of ['a', 'b', 'c', 'a', 'b', 'c']) report(name, 100);
    for (const name of ['b', 'c', 'a']) report(name, name === 'a' ? 100 : 9_000);
    expect(agreed()).toBe(100);
    for (let round = 0; round < 700; round += 1)
      for (const name of ['a', 'b', 'c']) report(name, name === 'a' ? 100 : 9_000 + round);
    expect(agreed()).toBeGreaterThanOrEqual(9_690);
  });

  it('believes a long step after a long silence', () => {
    const { report, agreed, wait } = chain();
    for (let number = 100; number < 130; number += 1) for (const name of ['a', 'b']) report(name, number);
    wait(1_000_000);
    report('a', 129 + 3_000);
    report('b', 129 + 3_000);
    expect(agreed()).toBe(3_129);
  });

  it('forgets those that left', () => {
    const { report, agreed, forget } = chain();
    for (const name of ['a', 'b', 'c']) report(name, name === 'a' ? 103 : 100);
    for (const name of ['a', 'b', 'c']) report(name, name === 'a' ? 103 : 100);
    expect(agreed()).toBe(103);
    forget('a');
    expect(agreed()).toBe(100);
    for (const name of ['b', 'c']) forget(name);
    expect(agreed()).toBeUndefined();
  });

  it('stays with the honest majority whatever one liar ahead reports', () => {
    const names = ['a', 'b', 'c', 'liar'];
    const report = fc.tuple(fc.nat(3), fc.integer({ min: 0, max: 10_000_000 }));
    fc.assert(
      fc.property(fc.array(report, { minLength: 1, maxLength: 60 }), (reports) => {
        const { report: take, agreed } = chain();
        for (const name of names.slice(0, 3)) take(name, 100);
        let honest = 100;
        for (const [index, claim] of reports) {
          const name = names[index] ?? '';
          if (name !== 'liar') honest += 1;
          // It claims what it likes, but never a step that could be the chain's.
          take(name, name === 'liar' ? honest + MAX_JUMP * 2 + claim : honest);
          expect(agreed()).toBeLessThanOrEqual(honest);
          expect(agreed()).toBeGreaterThanOrEqual(100);
        }
      }),
    );
  });
});
