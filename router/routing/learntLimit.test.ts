import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../core/units.ts';
import {
  believedLimit,
  type LearntLimit,
  NO_LIMIT,
  RETEST_MS,
  refuses,
  sizeAnswered,
  sizeRefused,
} from './learntLimit.ts';

const NOW = ms(1_000);
const LARGEST = 1_000_000;

type Event =
  | { readonly kind: 'wait'; readonly span: number }
  | { readonly kind: 'ask'; readonly size: number }
  | { readonly kind: 'change'; readonly limit: number };

const size = fc.integer({ min: 1, max: LARGEST });
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), span: fc.integer({ min: 0, max: 2 * RETEST_MS }) }),
  fc.record({ kind: fc.constant('ask' as const), size }),
  fc.record({ kind: fc.constant('change' as const), limit: size }),
);

/** A node with a limit of its own, as one who asks it learns to know it. */
function node(limit: number, tells: boolean) {
  let now = NOW;
  let most = limit;
  let learnt: LearntLimit = NO_LIMIT;
  const ask = (asked: number) => {
    const answers = asked <= most;
    learnt = answers
      ? sizeAnswered(learnt, asked)
      : sizeRefused(learnt, asked, now, tells ? most : undefined);
    return answers;
  };
  return {
    ask,
    wait: (span: number) => {
      now = ms(now + span);
    },
    change: (to: number) => {
      most = to;
    },
    limit: () => most,
    believed: () => believedLimit(learnt, now),
    refuses: (asked: number) => refuses(learnt, asked, now),
  };
}

describe('a learnt limit', () => {
  it('is none before the first refusal, and none of what was answered is refused', () => {
    fc.assert(
      fc.property(fc.array(size), (sizes) => {
        const learnt = sizes.reduce(sizeAnswered, NO_LIMIT);
        expect(believedLimit(learnt, NOW)).toBeUndefined();
        expect(refuses(learnt, LARGEST, NOW)).toBe(false);
      }),
    );
  });

  it('always says of the last question what its answer was, until it is time to try again', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1 }), size, fc.boolean(), (events, limit, tells) => {
        const known = node(limit, tells);
        for (const each of events) {
          if (each.kind === 'wait') known.wait(each.span);
          if (each.kind === 'change') known.change(each.limit);
          if (each.kind !== 'ask') continue;
          const answers = known.ask(each.size);
          expect(known.refuses(each.size)).toBe(!answers);
          const believed = known.believed();
          if (!answers) expect(believed).toBeLessThan(Math.max(each.size, 2));
        }
        known.wait(RETEST_MS);
        expect(known.refuses(LARGEST)).toBe(false);
        expect(known.believed()).toBeUndefined();
      }),
    );
  });

  it('is found within as many refusals as it has to be halved, to no less than half of it', () => {
    fc.assert(
      fc.property(size, size, fc.boolean(), (limit, first, tells) => {
        const known = node(limit, tells);
        let refusals = 0;
        for (let asked = first; !known.ask(asked); asked = known.believed() ?? asked) refusals += 1;
        const halvings = Math.max(0, Math.ceil(Math.log2(first / limit)));
        expect(refusals).toBeLessThanOrEqual(tells ? 1 : halvings + 1);
        const believed = known.believed();
        if (believed !== undefined) expect(believed).toBeGreaterThanOrEqual(limit / 2 - 1);
      }),
    );
  });

  it('is believed as it is told, and a larger answer ends it at once', () => {
    const told = sizeRefused(NO_LIMIT, 50_000, NOW, 2_000);
    expect([believedLimit(told, NOW), refuses(told, 2_001, NOW), refuses(told, 2_000, NOW)]).toEqual([
      2_000,
      true,
      false,
    ]);
    expect(believedLimit(sizeAnswered(told, 10_000), NOW)).toBeUndefined();
    // A limit that would admit what was refused is none.
    expect(believedLimit(sizeRefused(NO_LIMIT, 100, NOW, 100), NOW)).toBe(50);
    expect(believedLimit(sizeRefused(NO_LIMIT, 100, NOW, 0), NOW)).toBe(50);
  });

  it('falls when less is refused than was answered, and is tried again however often more is refused', () => {
    const fallen = sizeRefused(sizeAnswered(NO_LIMIT, 5_000), 1_000, NOW);
    expect(believedLimit(fallen, NOW)).toBe(500);
    let busy = fallen;
    for (let passed = 0; passed < RETEST_MS; passed += RETEST_MS / 10) {
      busy = sizeRefused(busy, 100_000, ms(NOW + passed));
    }
    expect(refuses(busy, 1_000, ms(NOW + RETEST_MS))).toBe(false);
    const again = sizeRefused(fallen, 1_500, ms(NOW + 5));
    expect(refuses(again, 1_000, ms(NOW + RETEST_MS))).toBe(true);
  });
});
