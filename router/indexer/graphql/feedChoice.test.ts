import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../../core/units.ts';
import { asksIndexer, choose, firstChoice, type IndexerSeen, wanting } from './feedChoice.ts';

const MAX_BEHIND = 20;

const seen: fc.Arbitrary<IndexerSeen> = fc.oneof(
  fc.record({ kind: fc.constant('answered' as const), head: fc.bigInt(0n, 100n) }),
  fc.record({ kind: fc.constant('failed' as const), error: fc.string() }),
);
const chainHead = fc.option(fc.bigInt(0n, 100n), { nil: undefined });
const looks = fc.array(fc.record({ waitMs: fc.nat(100_000), seen, chainHead }), { maxLength: 60 });

describe('choose()', () => {
  it('goes by the indexer exactly while its last look was good', () => {
    fc.assert(
      fc.property(looks, (looks) => {
        let now = ms(0);
        let choice = firstChoice(now);
        for (const { waitMs, seen, chainHead } of looks) {
          now = ms(now + waitMs);
          const rules = { maxBehindBlocks: MAX_BEHIND, chainHead, now };
          const reason = wanting(seen, rules);
          const { way } = choice;
          choice = choose(choice, seen, rules);
          expect(choice.way).toBe(reason === undefined ? 'graphql' : 'chain');
          if (choice.way !== way) expect(choice.since).toBe(now);
        }
      }),
    );
  });

  it('leaves a failing indexer alone for ever longer, but never for more than half a minute', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { minLength: 1, maxLength: 400 }), (waits) => {
        let now = ms(0);
        let choice = firstChoice(now);
        const asked: number[] = [];
        for (const wait of waits) {
          now = ms(now + wait);
          if (!asksIndexer(choice, now)) continue;
          asked.push(now);
          choice = choose(choice, { kind: 'failed', error: 'down' }, rules(now));
        }
        const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
        pauses.forEach((pause, index) => {
          const least = Math.min(1_000 * 2 ** (index + 1), 30_000);
          expect(pause).toBeGreaterThanOrEqual(least);
          expect(pause).toBeLessThan(least + 5_000);
        });
      }),
    );
  });

  it('believes an indexer that comes and goes less each time, until it has stayed', () => {
    let now = ms(0);
    let choice = firstChoice(now);
    const look = (waitMs: number, seen: IndexerSeen) => {
      now = ms(now + waitMs);
      choice = choose(choice, seen, rules(now));
      return choice.retryMs;
    };
    const up: IndexerSeen = { kind: 'answered', head: 100n };
    const down: IndexerSeen = { kind: 'failed', error: 'down' };
    expect([look(30_000, down), look(1_000, up), look(10, down), look(2_000, up), look(10, down)]).toEqual([
      1_000, 1_000, 2_000, 2_000, 4_000,
    ]);
    look(4_000, up);
    expect(look(30_000, down)).toBe(1_000);
  });
});

describe('wanting()', () => {
  it('counts the blocks between the two heads, when both are known', () => {
    const at = (chainHead: bigint | undefined) =>
      wanting({ kind: 'answered', head: 100n }, { maxBehindBlocks: MAX_BEHIND, chainHead });
    expect(at(undefined)).toBeUndefined();
    expect(at(90n)).toBeUndefined();
    expect(at(120n)).toBeUndefined();
    expect(at(121n)).toEqual({ reason: 'behind', behindBlocks: 21 });
  });
});

function rules(now: ReturnType<typeof ms>) {
  return { maxBehindBlocks: MAX_BEHIND, chainHead: undefined, now };
}
